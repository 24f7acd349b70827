package vch.app.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.portlayer.refusal.Refusal;

class CertificatesTest {
  @TempDir Path directory = Path.of("");

  @Test
  void a_server_certificate_names_its_addresses_and_is_signed_by_the_authority() throws Exception {
    var certificates = new Certificates(directory.resolve("tls"));
    certificates.make(
        "blue",
        List.of("192.168.218.2", "localhost"),
        Instant.parse("2026-11-21T00:00:00Z"),
        new SecureRandom());
    var server = certificates.server();
    server.verify(certificates.authority().getPublicKey());
    assertThat(
            server.getSubjectAlternativeNames().stream()
                .map(n -> String.valueOf(n.get(1)))
                .toList())
        .containsExactly("192.168.218.2", "localhost");
    assertThat(TlsContexts.server(certificates).getProtocol()).isEqualTo("TLS");
  }

  @Test
  void keys_can_be_read_by_their_owner_alone() throws Exception {
    var certificates = new Certificates(directory.resolve("tls"));
    certificates.make(
        "blue", List.of("localhost"), Instant.parse("2026-11-21T00:00:00Z"), new SecureRandom());
    for (var file : Certificates.secretFiles()) {
      assertThat(Files.getPosixFilePermissions(directory.resolve("tls").resolve(file))).hasSize(2);
    }
  }

  @Test
  void copies_go_only_to_an_empty_directory() throws Exception {
    Files.writeString(directory.resolve("something"), "");
    assertThatThrownBy(() -> Certificates.checkEmpty(directory))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining("is not empty");
  }

  @Test
  void copies_can_be_taken_back_and_nothing_else(@TempDir Path directory)
      throws java.io.IOException {
    var certificates = new Certificates(directory.resolve("tls"));
    certificates.make(
        "acme", List.of("10.0.0.2"), Instant.parse("2026-01-01T00:00:00Z"), new SecureRandom());
    var fresh = directory.resolve("fresh");
    certificates.copyTo(fresh).run();
    assertThat(fresh).doesNotExist();
    var empty = java.nio.file.Files.createDirectory(directory.resolve("empty"));
    var takeBack = certificates.copyTo(empty);
    assertThat(empty).isDirectoryContaining("glob:**key.pem");
    takeBack.run();
    assertThat(empty).isEmptyDirectory();
    var file = java.nio.file.Files.writeString(directory.resolve("file"), "mine");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> certificates.copyTo(file))
        .hasMessageContaining("is not a directory");
  }
}
