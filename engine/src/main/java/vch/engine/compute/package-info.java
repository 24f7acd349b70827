/// What the engine and the personalities need of whatever runs containers and keeps images. Done in
/// `vch.compute`.
package vch.engine.compute;
