/// The work between desired and observed machine as a value: ordered stages of steps, printable.
/// Doing it is the machine's part.
package vch.engine.plan;
