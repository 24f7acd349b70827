package vch.api.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.engine.health.Health.Status.HEALTHY;
import static vch.engine.health.Health.Status.STARTING;
import static vch.engine.health.Health.Status.UNHEALTHY;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.engine.fake.Samples;
import vch.engine.health.Health;
import vch.portlayer.container.Phase;

class StatusTest {
  @ParameterizedTest
  @CsvSource({
    "PT0.9S, Less than a second",
    "PT1S, 1 second",
    "PT59S, 59 seconds",
    "PT60S, About a minute",
    "PT119S, About a minute",
    "PT2M, 2 minutes",
    "PT59M, 59 minutes",
    "PT60M, About an hour",
    "PT89M, About an hour",
    "PT90M, 2 hours",
    "PT47H, 47 hours",
    "PT48H, 2 days",
    "P13D, 13 days",
    "P14D, 2 weeks",
    "P60D, 2 months",
    "P730D, 2 years"
  })
  void times_are_rounded_as_docker_does(Duration time, String text) {
    assertThat(Status.human(time)).isEqualTo(text);
  }

  @Test
  void states() {
    var now = Samples.NOON.plusSeconds(120);
    var created = Samples.container(1, 1);
    var running = Samples.running(created);
    assertThat(Status.text(created, Optional.empty(), now)).isEqualTo("Created");
    assertThat(Status.text(running, Optional.empty(), now)).isEqualTo("Up 2 minutes");
    assertThat(Status.text(running.with(running.state().with(Phase.PAUSED)), Optional.empty(), now))
        .isEqualTo("Up 2 minutes (Paused)");
    var ended = running.with(running.state().exited(3, Samples.NOON.plusSeconds(60), false));
    for (var shown :
        Map.of("health: starting", STARTING, "healthy", HEALTHY, "unhealthy", UNHEALTHY)
            .entrySet()) {
      var health = Optional.of(new Health(shown.getValue(), 0, List.of()));
      assertThat(Status.text(running, health, now))
          .isEqualTo("Up 2 minutes (" + shown.getKey() + ")");
      assertThat(Status.text(running.with(running.state().with(Phase.PAUSED)), health, now))
          .isEqualTo("Up 2 minutes (Paused)");
    }
    assertThat(Status.text(ended, Optional.empty(), now))
        .isEqualTo("Exited (3) About a minute ago");
    assertThat(Status.text(ended.with(ended.state().with(Phase.RESTARTING)), Optional.empty(), now))
        .isEqualTo("Restarting (3) About a minute ago");
    assertThat(Status.text(ended.with(ended.state().with(Phase.REMOVING)), Optional.empty(), now))
        .isEqualTo("Removal In Progress");
    assertThat(Status.word(created.with(created.state().starting()))).isEqualTo("created");
  }
}
