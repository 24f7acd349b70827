package vch.engine.machine;

/// One thing to do on the machine. Doing it twice is the same as once: "already so" is success.
public sealed interface Step {
  MachineObject object();

  /// Makes the object, which is not there.
  record Add(MachineObject object) implements Step {}

  /// Gives the object, which is there as `before`, these settings.
  record Change(MachineObject before, MachineObject object) implements Step {}

  /// Removes the object.
  record Remove(MachineObject object) implements Step {}
}
