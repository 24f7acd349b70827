package vch.api.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.api.docker.table.DockerApi;
import vch.api.http.Route;

/// The route table against the whole of Docker's API, and docs/reference/api.md, which is made from
/// it (`-Dgolden=update` makes it anew).
class ApiReferenceTest {
  private static final Path PAGE = Path.of("../docs/reference/api.md");
  private static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("containers", "Containers");
    GROUPS.put("exec", "Programs in containers");
    GROUPS.put("images", "Images");
    GROUPS.put("build", "Building");
    GROUPS.put("networks", "Networks");
    GROUPS.put("volumes", "Volumes");
    GROUPS.put("", "System");
    GROUPS.put("plugins", "Plugins");
    GROUPS.put("swarm", "Swarm");
  }

  @TempDir static Path dir;
  private static FakeVch vch;

  @BeforeAll
  static void open() throws Exception {
    vch = new FakeVch(dir);
  }

  @AfterAll
  static void close() {
    vch.close();
  }

  private static List<Route<Operation>> routes() {
    return DockerApi.routes(vch.host);
  }

  /// `GET /containers/{}/json`: what variables are called does not matter.
  private static String plain(Route<?> route) {
    return route.method() + " " + route.path().replaceAll("\\{[^}]+}", "{}");
  }

  private static Map<String, String> wanted() throws IOException {
    var out = new TreeMap<String, String>();
    try (var in = ApiReferenceTest.class.getResourceAsStream("engine-api-1.50.txt")) {
      assertThat(in).isNotNull();
      for (var line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          var words = line.split(" ");
          out.put(words[0] + " " + words[1], words.length > 2 ? words[2] : "");
        }
      }
    }
    return out;
  }

  @Test
  void every_route_of_the_engine_api_is_in_the_table() throws IOException {
    assertThat(routes().stream().map(ApiReferenceTest::plain).toList())
        .containsExactlyInAnyOrderElementsOf(wanted().keySet());
  }

  @Test
  void every_route_tells_its_first_version() throws IOException {
    var since = new TreeMap<String, String>();
    routes().forEach(r -> since.put(plain(r), r.note().since()));
    assertThat(since).isEqualTo(wanted());
  }

  @Test
  void a_route_that_is_always_refused_is_refused_with_the_status_that_it_tells() throws Exception {
    var container = vch.create(1, "bridge").value();
    for (var route : routes()) {
      if (route.note().refused() != 0) {
        var path = route.path().replaceFirst("\\{[^}]+}", container).replaceAll("\\{[^}]+}", "x");
        assertThat(vch.call(route.method(), path).status())
            .as(route.toString())
            .isEqualTo(route.note().refused());
      }
    }
  }

  @Test
  void the_page_says_what_the_table_says() throws IOException {
    var text = page();
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, text);
    }
    assertThat(PAGE).content().isEqualTo(text);
  }

  private static String page() {
    var byGroup = new LinkedHashMap<String, List<Route<Operation>>>();
    GROUPS.values().forEach(g -> byGroup.put(g, new ArrayList<>()));
    routes().forEach(r -> byGroup.get(group(r.path())).add(r));
    var out = new StringBuilder();
    out.append(
        """
        # The Docker API of a VCH

        Every route of Docker's Engine API. A VCH speaks versions %s to %s; a call without a version in its path is answered as the newest. Where a
        row says nothing else the answer is that of Docker's engine, to the status and the text; what differs from Debian's dockerd 20.10, field by
        field, is in [differences.md](differences.md). This page is made from the route table: change that, then run its test with `-Dgolden=update`.

        since: the first API version that has the route, where that is later than 1.24. All routes are served whatever version a client speaks.
        """
            .formatted(ApiVersion.MIN, ApiVersion.MAX));
    byGroup.forEach(
        (group, routes) -> {
          out.append("\n## ").append(group).append("\n\n");
          out.append("| route | since | what it does |\n| --- | --- | --- |\n");
          routes.forEach(r -> out.append(row(r)));
        });
    return out.toString();
  }

  private static String row(Route<?> route) {
    var note = route.note();
    var what = note.refused() == 0 ? route.summary() : "refused: " + route.summary();
    return "| `"
        + route.method()
        + " "
        + route.path().replace(":.*", "")
        + "` | "
        + note.since()
        + " | "
        + what
        + (note.differs().isEmpty() ? "" : "; *" + note.differs() + "*")
        + " |\n";
  }

  private static String group(String path) {
    var first = path.split("/")[1];
    var key =
        switch (first) {
          case "containers", "exec", "images", "networks", "volumes", "plugins" -> first;
          case "commit", "distribution", "auth" -> "images";
          case "build", "session", "grpc" -> "build";
          case "swarm", "nodes", "services", "tasks", "secrets", "configs" -> "swarm";
          default -> "";
        };
    return GROUPS.getOrDefault(key, "System");
  }
}
