/// Keeps the machine as the image says: one thread that plans, applies, repairs and tries again.
/// What is wanted is decided elsewhere.
package vch.engine.reconcile;
