/// A machine in memory, and the contract that it shares with the real one. Also for the tests of
/// other modules.
package vch.engine.fake;
