/// The image of what is wanted, owned by one thread and kept durable. What follows from it for a
/// machine is not known here.
package vch.engine.ledger;
