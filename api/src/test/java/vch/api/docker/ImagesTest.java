package vch.api.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  @TempDir Path dir;
  private FakeVch vch;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
  }

  @AfterEach
  void close() {
    vch.close();
  }

  private FakeVch.Reply pull(String query, String auth) throws Exception {
    return vch.send(
        "POST /images/create?"
            + query
            + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nX-Registry-Auth: "
            + auth
            + "\r\nContent-Length: 0\r\n\r\n");
  }

  @Test
  void a_pull_streams_progress() throws Exception {
    var auth =
        Base64.getUrlEncoder()
            .encodeToString("{\"username\":\"me?>\",\"password\":\"p\"}".getBytes(UTF_8));
    var reply = pull("fromImage=busybox&tag=latest&platform=linux%2Farm64", auth);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.head()).contains("Content-Type: application/json\r\n");
    assertThat(reply.body())
        .isEqualTo(
            """
            {"status":"Pulling from library/busybox","progressDetail":{},"id":"latest"}\r
            {"status":"Downloading","progressDetail":{"current":1000,"total":2000},"id":"aaaaaaaaaaaa"}\r
            {"status":"Status: Downloaded newer image for busybox:latest"}\r
            """);
    assertThat(vch.images.asked).containsExactly("pull busybox:latest linux/arm64 me?>");
  }

  @Test
  void a_pull_names_digests_ports_and_latest_rightly() throws Exception {
    pull("fromImage=busybox&tag=latest", "e30=");
    pull("fromImage=busybox&tag=sha256:ab", "e30=");
    pull("fromImage=localhost:5000/a/b", "");
    pull("fromImage=busybox:1&tag=2", "e30");
    assertThat(vch.images.asked)
        .containsExactly(
            "pull busybox:latest - -",
            "pull busybox@sha256:ab - -",
            "pull all of localhost:5000/a/b",
            "pull busybox:2 - -");
  }

  @Test
  void a_pull_that_fails_has_a_status_before_and_a_line_after_the_first_progress()
      throws Exception {
    var before = pull("fromImage=nope&tag=1", "e30=");
    assertThat(before.status()).isEqualTo(404);
    assertThat(before.message()).startsWith("pull access denied for nope:1");
    var after = pull("fromImage=broken&tag=1", "e30=");
    assertThat(after.status()).isEqualTo(200);
    assertThat(after.body())
        .endsWith(
            "{\"errorDetail\":{\"message\":\"the registry docker.io went away\"},\"error\":\"the registry docker.io went away\"}\r\n");
    assertThat(pull("fromImage=busybox", "%%%").status()).isEqualTo(400);
    assertThat(pull("fromSrc=x/y%20z", "").status()).isEqualTo(400);
    assertThat(pull("", "").status()).isEqualTo(400);
  }

  @Test
  void imports_loads_and_saves() throws Exception {
    var imported =
        vch.post(
            "/images/create?fromSrc=-&repo=mine&tag=1&message=hi&changes=CMD%20x&changes=ENV%20a%3Db%0AENV%20c%3D%24a",
            "application/x-tar", "12345");
    assertThat(imported.body()).isEqualTo("{\"status\":\"" + FakeImages.BUSYBOX + "\"}\r\n");
    assertThat(pull("fromSrc=x/y.tar&repo=mine", "").body())
        .startsWith("{\"status\":\"Downloading from x/y.tar\"}\r\n");
    assertThat(vch.images.asked)
        .containsExactly(
            "import 5 mine:1 [/bin/sh, -c, x][a=b, c=b] hi",
            "fetch http://x/y.tar",
            "import 3 mine:latest [][] Imported from x/y.tar");
    assertThat(pull("fromSrc=x&changes=RUN%20ls", "").body())
        .isEqualTo("{\"message\":\"run is not a valid change command\"}\n");
    assertThat(vch.post("/images/load?quiet=1", "application/x-tar", "tar").body())
        .isEqualTo("{\"stream\":\"Loaded image: busybox:latest\\n\"}\r\n");
    assertThat(vch.post("/images/load", "application/x-tar", "junk").status()).isEqualTo(400);
    var saved = vch.get("/images/get?names=busybox&names=busybox:latest");
    assertThat(saved.head()).contains("Content-Type: application/x-tar\r\n");
    assertThat(saved.body()).isEqualTo("archive of [busybox, busybox:latest]");
    assertThat(vch.get("/images/busybox/get").body()).isEqualTo("archive of [busybox]");
    assertThat(vch.get("/images/nope/get").status()).isEqualTo(404);
    assertThat(vch.get("/images/get").status()).isEqualTo(400);
  }

  @Test
  void a_push_tells_what_came_of_it_and_a_registry_what_it_has() throws Exception {
    assertThat(vch.post("/images/busybox/push?tag=latest", "").body())
        .isEqualTo(
            """
            {"status":"The push refers to repository [busybox]"}\r
            {"status":"Pushed","progressDetail":{},"id":"aaaaaaaaaaaa"}\r
            {"progressDetail":{},"aux":{"Tag":"latest","Digest":"sha256:%s","Size":527}}\r
            """
                .formatted("d".repeat(64)));
    assertThat(vch.get("/distribution/a/b:1/json").body())
        .isEqualTo(
            "{\"Descriptor\":{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"digest\":\"sha256:"
                + "d".repeat(64)
                + "\",\"size\":527},\"Platforms\":[{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}]}\n");
  }

  @Test
  void a_platform_that_is_named_has_to_be_that_of_the_image() throws Exception {
    var amd64 = URLEncoder.encode("{\"os\":\"linux\",\"architecture\":\"amd64\"}", UTF_8);
    var arm64 = URLEncoder.encode("{\"os\":\"linux\",\"architecture\":\"arm64\"}", UTF_8);
    for (var what : List.of("json", "history", "get")) {
      var path = "/v1.50/images/busybox/" + what + "?platform=";
      assertThat(vch.get(path + amd64).status()).as(what).isEqualTo(200);
      assertThat(vch.get(path + arm64).message())
          .isEqualTo(
              "image with reference busybox was found but does not provide the specified platform (linux/arm64)");
    }
    assertThat(vch.get("/v1.50/images/busybox/json?platform=arm64").status()).isEqualTo(400);
  }

  @Test
  void an_archive_is_loaded_for_the_platform_that_is_named() throws Exception {
    var arm64 =
        URLEncoder.encode(
            "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}", UTF_8);
    var path = "/images/load?quiet=1&platform=" + arm64;
    assertThat(vch.post("/v1.48" + path, "application/x-tar", "tar").status()).isEqualTo(200);
    assertThat(vch.images.asked).containsExactly("load linux/arm64");
    assertThat(vch.post("/v1.47" + path, "application/x-tar", "tar").status()).isEqualTo(200);
    assertThat(vch.images.asked).as("an older client knows of none").hasSize(1);
  }

  @Test
  void tags_and_removes() throws Exception {
    assertThat(vch.post("/images/busybox/tag?repo=localhost:5000/a/b&tag=v1", "").status())
        .isEqualTo(201);
    assertThat(vch.get("/images/localhost:5000/a/b:v1/json").json().text("Id"))
        .isEqualTo(FakeImages.BUSYBOX);
    assertThat(vch.get("/images/localhost:5000%2Fa%2Fb:v1/json").status()).isEqualTo(200);
    assertThat(vch.post("/images/busybox/tag", "").status()).isEqualTo(400);
    assertThat(vch.get("/images/nope/json").message()).isEqualTo("No such image: nope:latest");
    assertThat(vch.delete("/images/localhost:5000/a/b:v1?force=1").body())
        .isEqualTo(
            "[{\"Untagged\":\"localhost:5000/a/b:v1\"},{\"Deleted\":\""
                + FakeImages.BUSYBOX
                + "\"}]\n");
    assertThat(vch.delete("/images/busybox").status()).isEqualTo(404);
    assertThat(vch.get("/images/json").body()).isEqualTo("[]\n");
  }

  @Test
  void lists_by_every_filter() throws Exception {
    assertThat(vch.post("/images/busybox/tag?repo=localhost:5000/a/b&tag=v1", "").status())
        .isEqualTo(201);
    assertThat(shown("{\"reference\":[\"busybox\"]}")).contains("[\"busybox:latest\"]");
    assertThat(shown("{\"reference\":[\"localhost:5000/*/b:v[0-9]\"]}"))
        .contains("[\"localhost:5000/a/b:v1\"]");
    assertThat(shown("{\"reference\":[\"*/b\"]}")).isEqualTo("[]\n");
    assertThat(shown("{\"label\":[\"vendor=us\"]}")).isNotEqualTo("[]\n");
    assertThat(shown("{\"label\":[\"vendor=them\"]}")).isEqualTo("[]\n");
    assertThat(shown("{\"dangling\":[\"true\"]}")).isEqualTo("[]\n");
    assertThat(shown("{\"before\":[\"busybox\"]}")).isEqualTo("[]\n");
    assertThat(shown("{\"until\":[\"2026-01-01\"]}")).isEqualTo("[]\n");
    assertThat(shown("{\"until\":[\"2026-02-01T00:00:00Z\"]}")).isNotEqualTo("[]\n");
    assertThat(
            vch.get("/images/json?filters=" + URLEncoder.encode("{\"until\":[\"soon\"]}", UTF_8))
                .status())
        .isEqualTo(400);
  }

  private String shown(String filters) throws Exception {
    return vch.get("/images/json?filters=" + URLEncoder.encode(filters, UTF_8)).body();
  }

  @Test
  void prunes() throws Exception {
    assertThat(vch.post("/images/prune", "").body())
        .isEqualTo("{\"ImagesDeleted\":null,\"SpaceReclaimed\":0}\n");
    var all =
        vch.post(
            "/images/prune?filters="
                + URLEncoder.encode("{\"dangling\":[\"0\"],\"label\":[\"vendor\"]}", UTF_8),
            "");
    assertThat(all.json().number("SpaceReclaimed")).isEqualTo(4_000_000);
    assertThat(all.body()).contains("{\"Untagged\":\"busybox:latest\"}");
  }

  @Test
  void logs_in() throws Exception {
    var body = "{\"username\":\"me\",\"password\":\"%s\",\"serveraddress\":\"%s\"}";
    assertThat(
            vch.post("/auth", body.formatted("right", "https://reg:5000/v2/"))
                .json()
                .text("Status"))
        .isEqualTo("Login Succeeded");
    var wrong = vch.post("/auth", body.formatted("wrong", "https://index.docker.io/v1/"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.message()).isEqualTo("unauthorized: incorrect username or password");
    assertThat(vch.post("/auth", "{}").status()).isEqualTo(400);
    assertThat(vch.images.asked).containsExactly("login reg:5000 me", "login  me");
  }

  @Test
  void volumes_live() throws Exception {
    assertThat(vch.post("/volumes/create", "{\"Name\":\"aa\"}").status()).isEqualTo(201);
    assertThat(vch.post("/volumes/create", "{\"Name\":\"aa\"}").json().text("Name"))
        .isEqualTo("aa");
    assertThat(vch.post("/volumes/create", "{}").json().textMap("Labels"))
        .containsKey("com.docker.volume.anonymous");
    assertThat(vch.post("/volumes/create", "{\"Name\":\"b\",\"Driver\":\"nfs\"}").status())
        .isEqualTo(404);
    assertThat(
            vch.post("/volumes/create", "{\"Name\":\"bb\",\"DriverOpts\":{\"type\":\"nfs\"}}")
                .message())
        .isEqualTo("create bb: missing required option: \"device\"");
    assertThat(
            vch.post(
                    "/volumes/create",
                    "{\"Name\":\"tm\",\"DriverOpts\":{\"type\":\"tmpfs\",\"device\":\"tmpfs\"}}")
                .json()
                .textMap("Options"))
        .containsOnlyKeys("type", "device");
    assertThat(vch.delete("/volumes/tm").status()).isEqualTo(204);
    assertThat(vch.post("/volumes/create", "{\"Name\":\"../b\"}").status()).isEqualTo(400);
    assertThat(vch.get("/volumes/nope").message()).isEqualTo("get nope: no such volume");
    assertThat(
            vch.get(
                    "/volumes?filters="
                        + URLEncoder.encode("{\"name\":[\"aa\"],\"dangling\":[\"1\"]}", UTF_8))
                .json()
                .objects("Volumes"))
        .isNotEmpty();
    assertThat(vch.post("/v1.42/volumes/prune", "").json().texts("VolumesDeleted"))
        .hasSize(1)
        .doesNotContain("aa");
    assertThat(vch.post("/v1.42/volumes/prune", "").body()).startsWith("{\"VolumesDeleted\":[]");
    assertThat(vch.delete("/volumes/aa").status()).isEqualTo(204);
    assertThat(vch.delete("/volumes/aa").status()).isEqualTo(404);
    assertThat(vch.delete("/volumes/aa?force=1").status()).isEqualTo(204);
  }
}
