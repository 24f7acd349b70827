/// The door to the engine: [Engine] decides and applies, [Lifecycle] leads containers through their
/// lives.
package vch.engine;
