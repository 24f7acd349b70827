/// The machine as the image wants it: a pure compiler from entities to machine objects, owner by
/// owner. How the machine gets there is in `vch.engine.plan`.
package vch.engine.desired;
