package vch.compute.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.refusal.Refusal;

class ReferenceTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox:latest, busybox:latest",
    "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
    "library/busybox, docker.io/library/busybox:latest, busybox:latest",
    "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
    "index.docker.io/library/busybox, docker.io/library/busybox:latest, busybox:latest",
    "me/app, docker.io/me/app:latest, me/app:latest",
    "localhost/app, localhost/app:latest, localhost/app:latest",
    "localhost:5000/a/b/c:v1, localhost:5000/a/b/c:v1, localhost:5000/a/b/c:v1",
    "Registry/app, Registry/app:latest, Registry/app:latest",
    "127.0.0.1:5000/app, 127.0.0.1:5000/app:latest, 127.0.0.1:5000/app:latest",
    "[::1]:5000/app, [::1]:5000/app:latest, [::1]:5000/app:latest",
    "a__b/c-d--e.f_g, docker.io/a__b/c-d--e.f_g:latest, a__b/c-d--e.f_g:latest",
  })
  void names_are_normalised_as_docker_does(String text, String key, String familiar) {
    var reference = Reference.parse(text).orLatest();
    assertThat(reference.key()).isEqualTo(key);
    assertThat(reference.familiar()).isEqualTo(familiar);
    assertThat(Reference.parse(reference.toString())).isEqualTo(reference);
  }

  @Test
  void a_digest_goes_before_a_tag() {
    var reference = Reference.parse("busybox:1@sha256:" + HEX);
    assertThat(reference.key()).isEqualTo("docker.io/library/busybox@sha256:" + HEX);
    assertThat(reference.tag()).contains("1");
    assertThat(reference.withDigest("sha256:" + HEX).familiar()).isEqualTo("busybox@sha256:" + HEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":x",
        "a:",
        "a/",
        "/a",
        "a//b",
        "-a",
        "a:b:c",
        "a@sha256:12",
        "a@",
        "a b",
        "a..b",
        "a___b",
        "http://a/b",
        "a:" + "..",
        "b/../c",
        "a:-x",
        "reg_istry.com/a",
        "é"
      })
  void what_is_no_name_is_refused(String text) {
    assertThatThrownBy(() -> Reference.parse(text))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessage("invalid reference format");
  }

  @Test
  void upper_case_ids_and_lengths_have_their_own_words() {
    assertThatThrownBy(() -> Reference.parse("BusyBox"))
        .hasMessage(
            "invalid reference format: repository name (library/BusyBox) must be lowercase");
    assertThatThrownBy(() -> Reference.parse(HEX))
        .hasMessage(
            "invalid repository name (" + HEX + "), cannot specify 64-byte hexadecimal strings");
    assertThatThrownBy(() -> Reference.parse("a".repeat(256)))
        .hasMessage("repository name must not be more than 255 characters");
    assertThatThrownBy(() -> Reference.parse("a".repeat(100_000)))
        .hasMessage("invalid reference format");
    assertThatThrownBy(() -> Reference.parse("a:" + "b".repeat(129)))
        .hasMessage("invalid reference format");
  }
}
