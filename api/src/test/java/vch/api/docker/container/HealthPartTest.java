package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.portlayer.container.HealthCheck;

class HealthPartTest {
  private static final Optional<String> IMAGE =
      Optional.of(
          "{\"Test\":[\"CMD-SHELL\",\"look || exit 1\"],\"Interval\":5000000000,\"Retries\":7}");

  private static ObjectNode config(String text) {
    return (ObjectNode) Shapes.CONFIG.read(Json.read(text).raw(), "Config");
  }

  private static HealthPart of(ObjectNode config, Optional<String> image) {
    return HealthPart.of(config, image, ApiVersion.parse("1.50"));
  }

  @Test
  void a_check_of_the_image_is_taken_over_with_dockers_defaults() {
    var config = config("{}");
    assertThat(of(config, IMAGE).check())
        .contains(
            new HealthCheck(
                List.of("/bin/sh", "-c", "look || exit 1"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ZERO,
                Duration.ofSeconds(5),
                7));
    assertThat(Json.text(config.path("Healthcheck")))
        .isEqualTo(
            "{\"Test\":[\"CMD-SHELL\",\"look || exit 1\"],\"Interval\":5000000000,\"Retries\":7}");
  }

  @Test
  void fields_of_the_user_win_one_by_one() {
    var config =
        config(
            "{\"Shell\":[\"ash\",\"-ec\"],\"Healthcheck\":{\"Interval\":1000000,\"Timeout\":2000000,\"Retries\":0}}");
    var check = of(config, IMAGE).check().orElseThrow();
    assertThat(check.command()).containsExactly("ash", "-ec", "look || exit 1");
    assertThat(check.interval()).isEqualTo(Duration.ofMillis(1));
    assertThat(check.timeout()).isEqualTo(Duration.ofMillis(2));
    assertThat(check.retries()).isEqualTo(7);
    assertThat(config.path("Healthcheck").has("StartPeriod")).isFalse();
  }

  @Test
  void a_command_without_shell_is_taken_word_by_word() {
    var config = config("{\"Healthcheck\":{\"Test\":[\"CMD\",\"look\",\"a b\"]}}");
    assertThat(of(config, Optional.empty()).check().orElseThrow().command())
        .containsExactly("look", "a b");
  }

  @Test
  void none_switches_the_check_of_the_image_off() {
    var config = config("{\"Healthcheck\":{\"Test\":[\"NONE\"]}}");
    assertThat(of(config, IMAGE).check()).isEmpty();
    assertThat(config.path("Healthcheck").path("Test").path(0).asString()).isEqualTo("NONE");
  }

  @Test
  void nothing_is_nothing() {
    var config = config("{}");
    assertThat(of(config, Optional.empty()).check()).isEmpty();
    assertThat(config.has("Healthcheck")).isFalse();
    assertThat(of(config("{\"Healthcheck\":{}}"), Optional.empty()).check()).isEmpty();
  }

  @Test
  void a_start_interval_says_nothing_before_1_44() {
    var config = config("{\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"StartInterval\":1000000}}");
    var check =
        HealthPart.of(config.deepCopy(), Optional.empty(), ApiVersion.parse("1.43")).check();
    assertThat(check.orElseThrow().startInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(of(config, Optional.empty()).check().orElseThrow().startInterval())
        .isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void an_unknown_kind_of_test_is_warned_of() {
    var part = of(config("{\"Healthcheck\":{\"Test\":[\"HTTP\",\"/\"]}}"), Optional.empty());
    assertThat(part.check()).isEmpty();
    assertThat(part.warnings())
        .singleElement()
        .asString()
        .contains("Unknown healthcheck type 'HTTP'");
  }
}
