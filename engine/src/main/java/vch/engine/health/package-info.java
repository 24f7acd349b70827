/// How well containers are, told from what their probes found. Pure: who runs probes, and when, is
/// known to `vch.engine.lifecycle`.
package vch.engine.health;
