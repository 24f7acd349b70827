package vch.api.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vch.api.http.Wire;

@Timeout(30)
class EventsTest {
  @TempDir Path dir;
  private FakeVch vch;
  private long noon;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
    noon = vch.time.instant().getEpochSecond();
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private List<String> past(String filters) throws Exception {
    var reply =
        vch.get(
            "/events?since="
                + (noon - 10)
                + "&until="
                + noon
                + "&filters="
                + URLEncoder.encode(filters, UTF_8));
    assertThat(reply.status()).isEqualTo(200);
    return reply
        .body()
        .lines()
        .map(Json::read)
        .map(
            e ->
                e.text("Type")
                    + " "
                    + e.text("Action")
                    + " "
                    + e.object("Actor").object("Attributes").text("name"))
        .toList();
  }

  @Test
  void the_past_is_replayed_and_filtered() throws Exception {
    vch.post("/networks/create", "{\"Name\":\"web\"}");
    vch.run(1, "web");
    vch.post("/images/busybox/tag?repo=mine", "");
    vch.post("/volumes/create", "{\"Name\":\"data\"}");
    assertThat(past(""))
        .contains(
            "network create web",
            "container create c1",
            "network connect web",
            "container start c1",
            "image tag mine:latest",
            "volume create ");
    assertThat(past("{\"type\":[\"network\"]}"))
        .containsExactly("network create web", "network connect web");
    assertThat(past("{\"event\":[\"start\",\"tag\"]}"))
        .containsExactly("container start c1", "image tag mine:latest");
    assertThat(past("{\"container\":[\"c1\"]}"))
        .containsExactly("container create c1", "container start c1");
    assertThat(past("{\"network\":[\"web\"],\"event\":[\"create\"]}"))
        .containsExactly("network create web");
    assertThat(past("{\"image\":[\"mine\"]}")).containsExactly("image tag mine:latest");
    assertThat(past("{\"volume\":[\"data\"]}")).containsExactly("volume create ");
    assertThat(past("{\"label\":[\"none\"]}")).isEmpty();
    assertThat(past("{\"scope\":[\"swarm\"]}")).isEmpty();
  }

  @Test
  void an_event_has_dockers_shape() throws Exception {
    vch.run(1, "bridge");
    assertThat(
            vch.get(
                    "/events?since=1&until="
                        + noon
                        + "&filters="
                        + URLEncoder.encode("{\"event\":[\"start\"]}", UTF_8))
                .body())
        .isEqualTo(
            "{\"status\":\"start\",\"id\":\""
                + "c0000000000100000000".substring(0, 12)
                + "0".repeat(52)
                + "\",\"from\":\"busybox\",\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"c00000000001"
                + "0".repeat(52)
                + "\",\"Attributes\":{\"image\":\"busybox\",\"name\":\"c1\"}},\"scope\":\"local\",\"time\":"
                + noon
                + ",\"timeNano\":"
                + noon
                + "000000000}\n");
  }

  @Test
  void new_events_arrive_while_the_stream_is_open() throws Exception {
    try (var wire = Wire.unix(vch.socket)) {
      wire.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
      vch.post("/networks/create", "{\"Name\":\"web\"}");
      wire.line(); // the size of the chunk
      assertThat(wire.line()).contains("\"Action\":\"create\"");
    }
  }

  @Test
  void bad_times_are_refused() throws Exception {
    assertThat(vch.get("/events?since=yesterday").status()).isEqualTo(400);
    assertThat(vch.get("/events?since=20&until=10").status()).isEqualTo(400);
    assertThat(vch.get("/events?filters=x").message()).isEqualTo("invalid filter");
  }
}
