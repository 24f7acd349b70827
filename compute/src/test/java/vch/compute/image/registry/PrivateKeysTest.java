package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The older forms of openssl are in [RegistryLabTest].
class PrivateKeysTest {
  @TempDir Path directory;

  private static String pem(String label, byte[] content) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private PrivateKey read(String text) throws Exception {
    return PrivateKeys.read(Files.writeString(directory.resolve("key"), text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void a_key_is_read_past_what_stands_before_it(String kind) throws Exception {
    var pair = KeyPairGenerator.getInstance(kind).generateKeyPair();
    var before = "some words\n" + pem("PUBLIC KEY", pair.getPublic().getEncoded());
    assertThat(read(before + pem("PRIVATE KEY", pair.getPrivate().getEncoded())))
        .isEqualTo(pair.getPrivate());
  }

  @Test
  void what_holds_no_key_or_a_damaged_one_is_named() throws Exception {
    var key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
    assertThatThrownBy(() -> read("nothing"))
        .hasMessage(directory.resolve("key") + " holds no private key in PEM without a password");
    for (var damaged :
        new String[] {
          pem("PRIVATE KEY", java.util.Arrays.copyOf(key, 20)),
          pem("PRIVATE KEY", key).replace("M", "?"),
          pem("RSA PRIVATE KEY", key),
          pem("PRIVATE KEY", key).lines().findFirst().orElseThrow()
        }) {
      assertThatThrownBy(() -> read(damaged))
          .as(damaged)
          .hasMessage(directory.resolve("key") + ": the private key is damaged");
    }
  }
}
