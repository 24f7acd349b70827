/// The state of everything as one immutable value, and the changes that are its only motion.
/// Keeping it on disk is the engine's part.
package vch.portlayer.state;
