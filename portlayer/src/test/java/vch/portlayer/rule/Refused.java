package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.function.Function;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;

/// Asserts that a rule refuses, by meaning and text, and that nothing has changed.
final class Refused {
  private Refused() {}

  static void refused(
      World world, Class<? extends Refusal> kind, String text, Function<Image, Decision<?>> rule) {
    var before = world.image;
    var thrown = catchThrowable(() -> rule.apply(world.image));
    assertThat(thrown).isInstanceOf(kind).hasMessage(text);
    assertThat(world.image).isSameAs(before);
  }
}
