package vch.compute.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.refusal.Refusal;

class ConfigChangesTest {
  private static String after(String... lines) {
    var config = Json.newObject();
    var changes = new ConfigChanges(config);
    for (var line : lines) {
      changes.apply(line);
    }
    return config.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "CMD [\"sh\",\"-c\",\"x\"]|{\"Cmd\":[\"sh\",\"-c\",\"x\"]}",
        "cmd echo hi|{\"Cmd\":[\"/bin/sh\",\"-c\",\"echo hi\"]}",
        "ENTRYPOINT [\"/x\"]|{\"Entrypoint\":[\"/x\"]}",
        "ENV A=b C=\"d e\" F=g\\ h|{\"Env\":[\"A=b\",\"C=d e\",\"F=g h\"]}",
        "ENV A b c|{\"Env\":[\"A=b c\"]}",
        "LABEL a=b|{\"Labels\":{\"a\":\"b\"}}",
        "EXPOSE 80 53/udp 90-91|{\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{},\"90/tcp\":{},\"91/tcp\":{}}}",
        "VOLUME [\"/a\",\"/b\"]|{\"Volumes\":{\"/a\":{},\"/b\":{}}}",
        "VOLUME /a /b|{\"Volumes\":{\"/a\":{},\"/b\":{}}}",
        "USER 1:1|{\"User\":\"1:1\"}",
        "STOPSIGNAL SIGINT|{\"StopSignal\":\"SIGINT\"}",
      })
  void instructions_change_the_configuration(String line, String json) {
    assertThat(after(line)).isEqualTo(json);
  }

  @Test
  void later_instructions_win_and_directories_add_up() {
    assertThat(after("ENV A=1", "ENV A=2", "WORKDIR /a", "WORKDIR b"))
        .isEqualTo("{\"Env\":[\"A=2\"],\"WorkingDir\":\"/a/b\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RUN ls|run is not a valid change command", "CMD|CMD requires at least one argument",
            "ENV A|ENV must have two arguments",
        "EXPOSE 70000|invalid port: 70000", "EXPOSE 5-3|invalid port: 5-3",
            "EXPOSE 80/icmp|invalid port: 80/icmp"
      })
  void what_is_no_instruction_is_refused(String line, String message) {
    assertThatThrownBy(() -> after(line)).isInstanceOf(Refusal.Invalid.class).hasMessage(message);
  }
}
