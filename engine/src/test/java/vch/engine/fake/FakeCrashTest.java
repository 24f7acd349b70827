package vch.engine.fake;

import vch.engine.machine.Machine;

class FakeCrashTest extends CrashContract {
  private final FakeMachine machine = new FakeMachine();

  @Override
  protected Machine machine() {
    return machine;
  }
}
