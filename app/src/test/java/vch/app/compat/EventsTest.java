package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What is announced, in which order and with what; the orders are those of dockerd 20.10, seen
/// side by side.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventsTest {
  private static final String FORMAT = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}";

  private final TestVch vch = TestVch.alone("blue");

  @AfterAll
  void stop() {
    vch.machine().close();
  }

  /// The past, as far as it is kept.
  private List<String> events(String format, String... filters) {
    var words =
        Command.words(
            List.of(
                "events", "--since", "0", "--until", Instant.now().toString(), "--format", format));
    for (var filter : filters) {
      words.addAll(List.of("--filter", filter));
    }
    return vch.docker(words.toArray(new String[0])).ok().lines().toList();
  }

  /// What happens during the work, without exec ids and the like.
  private List<String> during(Runnable work) {
    int before = events(FORMAT).size();
    work.run();
    return events(FORMAT).stream()
        .skip(before)
        .map(e -> e.replaceAll("[0-9a-f]{64}", "ID").replace("<no value>", ""))
        .toList();
  }

  private void docker(String... words) {
    vch.docker(words).ok();
  }

  @Test
  void a_life_of_a_container() {
    assertThat(
            during(
                () ->
                    docker(
                        "run", "-d", "--name", "life", "-l", "team=x", "busybox", "sleep", "1000")))
        .containsExactly("container create life", "network connect bridge", "container start life");
    assertThat(during(() -> docker("restart", "-t", "0", "life")))
        .containsExactly(
            "container kill life",
            "container kill life",
            "container die life",
            "network disconnect bridge",
            "container stop life",
            "network connect bridge",
            "container start life",
            "container restart life");
    assertThat(
            during(
                () -> {
                  docker("pause", "life");
                  docker("unpause", "life");
                  docker("rename", "life", "lives");
                  docker("exec", "lives", "true");
                  docker("top", "lives");
                }))
        .containsExactly(
            "container pause life",
            "container unpause life",
            "container rename lives",
            "container exec_create: true  lives",
            "container exec_start: true  lives",
            "container exec_die lives",
            "container top lives");
    assertThat(
            during(
                () -> {
                  docker("pause", "lives");
                  docker("kill", "lives");
                }))
        .containsExactly(
            "container pause lives",
            "container kill lives",
            "container die lives",
            "network disconnect bridge");
    assertThat(during(() -> docker("rm", "lives"))).containsExactly("container destroy lives");
    assertThat(events("{{json .Actor.Attributes}}", "event=kill", "label=team=x").getLast())
        .isEqualTo("{\"image\":\"busybox\",\"name\":\"lives\",\"signal\":\"9\",\"team\":\"x\"}");
    assertThat(events("{{.Actor.Attributes.oldName}}", "event=rename")).contains("/life");
    assertThat(events("{{.Actor.Attributes.exitCode}}", "event=die", "label=team=x"))
        .containsExactly("137", "137");
  }

  @Test
  void volumes_of_containers() {
    assertThat(
            during(
                    () ->
                        docker("run", "--rm", "-v", "data:/d:ro", "-v", "/anon", "busybox", "true"))
                .stream()
                .filter(e -> !e.startsWith("network"))
                .map(e -> e.replaceAll("(container [a-z]+) .*", "$1")))
        .containsExactly(
            "volume create ",
            "volume create ",
            "container create",
            "container attach",
            "volume mount ",
            "volume mount ",
            "container start",
            "container die",
            "volume unmount ",
            "volume unmount ",
            "volume destroy ",
            "container destroy");
    assertThat(events("{{json .Actor.Attributes}}", "volume=data", "event=mount").getFirst())
        .contains("\"destination\":\"/d\"", "\"driver\":\"local\"", "\"read/write\":\"false\"");
  }

  @Test
  void networks() {
    docker("run", "-d", "--name", "member", "busybox", "sleep", "1000");
    assertThat(
            during(
                () -> {
                  docker("network", "create", "web");
                  docker("network", "connect", "web", "member");
                  docker("network", "disconnect", "web", "member");
                  docker("network", "rm", "web");
                }))
        .containsExactly(
            "network create web",
            "network connect web",
            "network disconnect web",
            "network destroy web");
    var id = vch.docker("inspect", "--format", "{{.Id}}", "member").ok();
    assertThat(events("{{.Actor.Attributes.container}}", "network=web", "event=connect"))
        .containsExactly(id);
    docker("rm", "-f", "member");
  }

  @Test
  void filters_choose() {
    docker("run", "--name", "chosen", "-l", "l=1", "busybox", "true");
    var id = vch.docker("inspect", "--format", "{{.Id}}", "chosen").ok();
    docker("rm", "chosen");
    assertThat(events("{{.Action}}", "container=" + id, "event=start", "event=die"))
        .containsExactly("start", "die");
    assertThat(events("{{.Type}}", "type=network", "scope=local")).containsOnly("network");
    assertThat(events("{{.Type}}", "scope=swarm")).isEmpty();
    assertThat(events("{{.Action}}", "label=l=1", "image=busybox")).contains("create", "destroy");
    assertThat(events("{{.Action}}", "label=l=2")).isEmpty();
    assertThat(events("{{.Action}}", "daemon=nobody")).isEmpty();
  }

  @Test
  void a_stream_ends_at_its_time() {
    docker("volume", "create", "early");
    var between = Instant.now().toString();
    docker("volume", "create", "late");
    assertThat(
            vch.docker("events", "--since", "0", "--until", between, "--format", "{{.Actor.ID}}")
                .ok()
                .lines())
        .contains("early")
        .doesNotContain("late");
    vch.docker("events", "--since", "0s", "--until", "1h").refused("cannot be after `until` time");
  }
}
