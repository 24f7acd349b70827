/// What the engine needs of a machine's network, as values and one interface. How it is done on
/// Linux is in `vch.linux`.
package vch.engine.machine;
