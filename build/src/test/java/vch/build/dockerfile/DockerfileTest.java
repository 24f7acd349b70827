package vch.build.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.testkit.Golden;

class DockerfileTest {
  private static Dockerfile read(String text) {
    return Dockerfile.read(text, "Dockerfile", Map.of());
  }

  private static String shown(Dockerfile file) {
    var out = new StringBuilder();
    file.global().forEach(s -> out.append(s.instruction()).append('\n'));
    for (var stage : file.stages()) {
      out.append(stage.from()).append('\n');
      stage
          .steps()
          .forEach(
              s ->
                  out.append("  ")
                      .append(s.text())
                      .append("\n    ")
                      .append(s.instruction())
                      .append('\n'));
    }
    file.warnings().forEach(w -> out.append(w).append('\n'));
    return out.toString();
  }

  @Test
  void every_instruction_is_read() {
    Golden.check(
        "every-instruction.txt",
        shown(
            read(
                """
                # syntax=docker/dockerfile:1
                ARG BASE=debian  OTHER
                FROM --platform=linux/amd64 ${BASE} AS Build
                MAINTAINER Joe <joe@example.org>
                RUN apt-get update && \\
                    # a comment within
                    apt-get install -y make

                RUN ["make", "all"]
                ENV A=1 B="two words" C=three\\ words
                ENV OLD the old form
                LABEL "a b"=c d='e f'
                ARG X Y=z
                WORKDIR /srv
                EXPOSE 80 53/udp
                USER 1:2
                VOLUME /a /b
                VOLUME ["/c d"]
                STOPSIGNAL SIGQUIT
                SHELL ["/bin/bash", "-c"]
                HEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 CMD curl -f localhost
                HEALTHCHECK NONE
                ONBUILD RUN echo triggered
                from scratch
                copy --from=build --chown=1:2 /out/* /lib/ /srv/
                ADD ["a b", "/c d/"]
                ENTRYPOINT ["/srv/server"]
                CMD serve --help
                """)));
  }

  @Test
  void an_escape_directive_changes_what_continues_a_line() {
    var file = read("# escape=`\nFROM x\nRUN dir c:\\\nRUN one `\n  two\n");
    assertThat(file.stages().getFirst().steps())
        .extracting(Dockerfile.Step::text)
        .containsExactly("RUN dir c:\\", "RUN one   two");
  }

  @Test
  void an_empty_line_within_an_instruction_is_warned_of() {
    assertThat(read("FROM x\nRUN a \\\n\n  b\n").warnings())
        .containsExactly(
            "[WARNING]: Empty continuation line found in:\n    RUN a   b",
            "[WARNING]: Empty continuation lines will become errors in a future release.");
  }

  @Test
  void labels_of_the_build_come_last_and_are_taken_as_they_are() {
    var file = Dockerfile.read("FROM x\n", "Dockerfile", Map.of("k", "it's $v"));
    var step = file.stages().getFirst().steps().getFirst();
    assertThat(step.text()).isEqualTo("LABEL k=it's $v");
    var pair = ((Instruction.Label) step.instruction()).pairs().getFirst();
    assertThat(new Substitution('\\', Map.of("v", "x")).word(pair.value())).isEqualTo("it's $v");
  }

  @Test
  void a_target_is_a_name_or_a_number() {
    var file = read("FROM a AS one\nFROM b AS two\nFROM c\n");
    assertThat(file.upTo("two").stages()).hasSize(2);
    assertThat(file.upTo("0").stages()).hasSize(1);
    assertThatThrownBy(() -> file.upTo("three"))
        .hasMessage("failed to reach build target three in Dockerfile");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "FROM x;FOO y | dockerfile parse error line 2: unknown instruction: FOO",
        "RUN x | no build stage in current context",
        "# only | failed to parse Dockerfile: file with no instructions",
        "FROM x;ENV a | failed to parse Dockerfile: ENV must have two arguments",
        "FROM x;ENV a=b c | failed to parse Dockerfile: Syntax error - can't find = in \"c\". Must be of the form: name=value",
        "FROM a b | dockerfile parse error line 1: FROM requires either one or three arguments",
        "FROM a AS 9 | dockerfile parse error line 1: invalid name for build stage: \"9\", name can't start with a number or contain symbols",
        "FROM x;COPY a | dockerfile parse error line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined",
        "FROM x;COPY --foo=1 a b | dockerfile parse error line 2: Unknown flag: foo",
        "FROM x;COPY <<E /f | dockerfile parse error line 2: here-documents (<<) require BuildKit, which a virtual container host does not have: write the text into a file of the context, or into the instruction",
        "FROM x;ONBUILD ONBUILD RUN y | dockerfile parse error line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        "FROM x;ONBUILD FROM y | dockerfile parse error line 2: FROM isn't allowed as an ONBUILD trigger",
        "FROM x;HEALTHCHECK --interval=5 CMD y | dockerfile parse error line 2: time: missing unit in duration \"5\"",
        "FROM x;HEALTHCHECK PING y | dockerfile parse error line 2: Unknown type \"PING\" in HEALTHCHECK (try CMD)",
        "FROM x;SHELL /bin/sh | dockerfile parse error line 2: SHELL requires the arguments to be in JSON form",
        "# escape=x;FROM x | failed to parse Dockerfile: invalid ESCAPE 'x'. Must be ` or \\"
      })
  void what_is_wrong_is_said_in_dockers_words(String lines, String message) {
    assertThatThrownBy(() -> read(lines.replace(";", "\n") + "\n")).hasMessage(message);
  }
}
