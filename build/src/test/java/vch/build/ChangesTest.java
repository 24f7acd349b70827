package vch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import vch.engine.compute.Images.Config;

class ChangesTest {
  @Test
  void instructions_change_the_defaults() {
    var changed =
        Changes.apply(
            Config.NONE,
            List.of(
                "ENV A=1 B=$A",
                "ENV B=${A}2",
                "CMD serve $A",
                "ENTRYPOINT [\"sh\"]",
                "EXPOSE 80 8000-8001/udp",
                "WORKDIR /a\nWORKDIR b",
                "LABEL x=\"y z\"",
                "HEALTHCHECK --retries=2 CMD true"));
    assertThat(changed.env()).containsExactly("A=1", "B=12");
    assertThat(changed.cmd()).containsExactly("/bin/sh", "-c", "serve $A");
    assertThat(changed.entrypoint()).containsExactly("sh");
    assertThat(changed.exposedPorts()).containsExactly("80/tcp", "8000/udp", "8001/udp");
    assertThat(changed.workingDir()).isEqualTo("/a/b");
    assertThat(changed.labels()).containsEntry("x", "y z");
    assertThat(changed.healthcheckJson())
        .contains("{\"Test\":[\"CMD-SHELL\",\"true\"],\"Retries\":2}");
  }

  @Test
  void only_defaults_can_be_changed() {
    for (var change : List.of("RUN x", "COPY a b", "FOO", "shell [\"a\"]", "FROM x")) {
      assertThatThrownBy(() -> Changes.apply(Config.NONE, List.of(change)))
          .hasMessage(
              change.split(" ", 2)[0].toLowerCase(java.util.Locale.ROOT)
                  + " is not a valid change command");
    }
  }
}
