package vch.api.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.api.http.Wire;

class WrongInputTest {
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

  @Test
  void every_answer_carries_the_headers_of_docker() throws Exception {
    for (var path : new String[] {"/_ping", "/nope", "/v1.99/networks", "/networks/nope"}) {
      assertThat(vch.get(path).head())
          .contains(
              "Api-Version: 1.50\r\n",
              "Docker-Experimental: false\r\n",
              "Ostype: linux\r\n",
              "Server: Docker/28.2.0+portlayer.0.1.0 (linux)\r\n");
    }
  }

  @Test
  void versions_out_of_bounds_are_refused() throws Exception {
    var old = vch.get("/v1.23/networks");
    assertThat(old.status()).isEqualTo(400);
    assertThat(old.head()).contains("Content-Type: text/plain; charset=utf-8\r\n");
    assertThat(old.body())
        .isEqualTo(
            "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n");
    var fresh = vch.get("/v1.51/networks");
    assertThat(fresh.status()).isEqualTo(400);
    assertThat(fresh.body())
        .isEqualTo(
            "{\"message\":\"client version 1.51 is too new. Maximum supported API version is 1.50\"}\n");
    assertThat(vch.get("/v1.24/networks").status()).isEqualTo(200);
    assertThat(vch.get("/v1.50/networks").status()).isEqualTo(200);
    assertThat(vch.get("/v1.9999999999999/networks").status()).isEqualTo(400);
    assertThat(vch.get("/v1/networks").status()).isEqualTo(400);
    assertThat(vch.get("/vx/networks").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/nope",
    "POST,/networks",
    "GET,/",
    "PUT,/networks/create",
    "GET,/v1.50",
    "GET,/v1.50/",
    "OPTIONS,/_ping",
    "PATCH,/networks/x"
  })
  void unknown_routes_are_404(String method, String path) throws Exception {
    var reply = vch.send(method + " " + path + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).isEqualTo("{\"message\":\"page not found\"}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text/plain        | {}                | unsupported Content-Type header (text/plain): must be 'application/json'
          /                 | {}                | malformed Content-Type header (/): mime: no media type
          application/json  | '  '              | invalid JSON: got EOF while reading request body
          application/json  | {"Name":"a"} x    | unexpected content after JSON
          application/json  | {"Name":"a"}{}    | unexpected content after JSON
          application/json  | []                | invalid JSON: the body must be an object, not array
          """)
  void bad_bodies_are_400(String type, String body, String message) throws Exception {
    var reply = vch.post("/networks/create", type, body);
    assertThat(reply.message()).isEqualTo(message);
    assertThat(reply.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{",
        "{\"Name\":",
        "{\"Name\":\"a\"",
        "{'Name':'a'}",
        "nul",
        "{\"Name\":\"\\q\"}",
        "{\"Name\":01}",
        "{\"Name\":\"\u0001\"}"
      })
  void broken_json_is_400(String body) throws Exception {
    var reply = vch.post("/networks/create", body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.message())
        .startsWith("invalid JSON: ")
        .doesNotContain("tools.jackson", "StreamRead");
  }

  @Test
  void json_that_is_too_deep_or_too_large_is_refused() throws Exception {
    var deep =
        vch.post("/networks/create", "{\"Labels\":" + "[".repeat(5000) + "]".repeat(5000) + "}");
    assertThat(deep.status()).isEqualTo(400);
    assertThat(deep.message()).startsWith("invalid JSON: ");
    var large =
        vch.send(
            "POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n");
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.message())
        .isEqualTo("the request body is larger than 4194304 bytes, the most accepted here");
  }

  @Test
  void a_content_type_with_parameters_and_no_body_at_all_are_fine() throws Exception {
    assertThat(vch.post("/networks/prune", "application/json; charset=utf-8", "{}").status())
        .isEqualTo(200);
    assertThat(vch.post("/networks/create", "").message()).isEqualTo("invalid name: name is empty");
    assertThat(vch.post("/networks/create", "null").message())
        .isEqualTo("invalid name: name is empty");
  }

  @Test
  void half_a_request_never_gets_500() throws Exception {
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
              "POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"Na")
          .shutdownOutput();
      assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
      assertThat(wire.rest())
          .contains(
              "{\"message\":\"invalid JSON: unexpected EOF: the request body ended before it was complete\"}");
    }
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"Na");
      assertThat(wire.head()).startsWith("HTTP/1.1 408 ");
    }
    try (var wire = Wire.unix(vch.socket)) {
      wire.send("POST /networks/create HT").shutdownOutput();
      assertThat(wire.head()).doesNotContain(" 500 ");
    }
    try (var wire = Wire.unix(vch.socket)) {
      wire.send(
          "POST /networks/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n{}");
      assertThat(wire.head()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void what_is_not_offered_says_so() throws Exception {
    assertThat(vch.get("/swarm").status()).isEqualTo(503);
    assertThat(vch.get("/nodes").message()).startsWith("This node is not a swarm manager.");
    assertThat(vch.post("/swarm/init", "{}").status()).isEqualTo(501);
    assertThat(vch.post("/build?version=2", "application/x-tar", "x").status()).isEqualTo(501);
    assertThat(vch.get("/images/search?term=x").status()).isEqualTo(501);
  }
}
