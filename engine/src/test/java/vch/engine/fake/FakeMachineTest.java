package vch.engine.fake;

import vch.engine.machine.Machine;

class FakeMachineTest extends MachineContract {
  @Override
  protected Machine machine() {
    return new FakeMachine();
  }
}
