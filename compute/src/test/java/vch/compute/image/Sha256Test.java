package vch.compute.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sha256Test {
  private static final List<String> MISSING = List.of("/nowhere/sha256sum");

  private static byte[] content(int bytes) {
    var content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, Sha256.SMALL - 1, Sha256.SMALL, Sha256.SMALL + 1, 3 * Sha256.SMALL + 12345})
  void is_the_same_whoever_computes(int bytes) throws IOException {
    var content = content(bytes);
    for (var sha256 : List.of(new Sha256(), new Sha256(MISSING))) {
      try (sha256;
          var in = sha256.reading(new ByteArrayInputStream(content))) {
        in.transferTo(OutputStream.nullOutputStream());
        assertThat(sha256.digest()).isEqualTo(Digest.of(content));
      }
    }
    try (var sha256 = new Sha256();
        var out = sha256.writing(OutputStream.nullOutputStream())) {
      for (int at = 0; at < bytes; at += 70_000) {
        out.write(content, at, Math.min(70_000, bytes - at));
      }
      assertThat(sha256.digest()).isEqualTo(Digest.of(content));
    }
  }

  @Test
  void what_is_skipped_counts() throws IOException {
    var content = content(2 * Sha256.SMALL);
    try (var sha256 = new Sha256();
        var in = sha256.reading(new ByteArrayInputStream(content))) {
      assertThat(in.read()).isEqualTo(content[0] & 0xff);
      in.skipNBytes(content.length - 1);
      assertThat(sha256.digest()).isEqualTo(Digest.of(content));
    }
  }

  @Test
  void a_reset_forgets() throws IOException {
    for (int before : List.of(10, 2 * Sha256.SMALL)) {
      try (var sha256 = new Sha256()) {
        sha256.update(content(before), 0, before);
        sha256.reset();
        sha256.update(content(2 * Sha256.SMALL), 0, 2 * Sha256.SMALL);
        assertThat(sha256.digest()).isEqualTo(Digest.of(content(2 * Sha256.SMALL)));
      }
    }
  }

  @Test
  void a_process_that_fails_is_told() {
    assertThatThrownBy(() -> whole("exit 3"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not take the content: it ended with status 3");
    assertThatThrownBy(() -> whole("cat >/dev/null; echo no room; exit 1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made no digest: it ended with status 1 and said: no room");
    assertThatThrownBy(() -> whole("cat >/dev/null"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made no digest");
  }

  private static void whole(String script) throws IOException {
    try (var sha256 = new Sha256(List.of("sh", "-c", script))) {
      var content = content(4 * Sha256.SMALL);
      sha256.update(content, 0, content.length);
      sha256.digest();
    }
  }

  @Test
  void no_process_stays() throws Exception {
    try (var sha256 = new Sha256()) {
      sha256.update(content(2 * Sha256.SMALL), 0, 2 * Sha256.SMALL);
      sha256.digest();
    }
    ProcessHandle given;
    try (var sha256 = new Sha256(List.of("sha256sum", "--tag"))) {
      sha256.update(content(2 * Sha256.SMALL), 0, 2 * Sha256.SMALL);
      given = children("--tag").getFirst();
    }
    given.onExit().get(20, TimeUnit.SECONDS); // it was given up, not waited for
    assertThat(children("sha256sum")).isEmpty();
  }

  private static List<ProcessHandle> children(String word) {
    return ProcessHandle.current()
        .children()
        .filter(p -> p.info().commandLine().orElse("").contains(word))
        .toList();
  }
}
