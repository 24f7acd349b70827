package vch.portlayer.rule;

import java.util.Random;
import java.util.function.UnaryOperator;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

/// Asserts that a container of a VCH is not made, or not started, by meaning and text.
record ContainerRefusals(World world, Vch vch) {
  void create(
      Class<? extends Refusal> kind, String text, String name, UnaryOperator<World.Wish> wish) {
    Refused.refused(
        world, kind, text, i -> ContainerRules.create(i, world.containerCommand(vch, name, wish)));
  }

  void start(Class<? extends Refusal> kind, String text, Container c) {
    Refused.refused(
        world, kind, text, i -> ContainerRules.starting(i, c.id(), true, new Random(1)));
  }
}
