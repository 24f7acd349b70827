package vch.compute.image.registry;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/// Private keys of files in PEM (RFC 7468): PKCS #8, and the older forms of openssl for RSA and EC.
/// Without a password.
final class PrivateKeys {
  private static final long KEY_BYTES_MAX = 1 << 20;

  private PrivateKeys() {}

  /// Reads the first key of a file.
  static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
    if (Files.size(file) > KEY_BYTES_MAX) {
      throw new IOException(file + " is larger than " + KEY_BYTES_MAX + " bytes");
    }
    var key =
        first(file, Files.readString(file, StandardCharsets.ISO_8859_1))
            .orElseThrow(
                () ->
                    new InvalidKeySpecException(
                        file + " holds no private key in PEM without a password"));
    // By the JDK's factories: its TLS does not take keys of all others.
    return KeyFactory.getInstance(key.getPrivateKeyAlgorithm().getAlgorithm().getId())
        .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
  }

  private static Optional<PrivateKeyInfo> first(Path file, String text)
      throws InvalidKeySpecException {
    try (var pem = new PEMParser(new StringReader(text))) {
      for (var found = pem.readObject(); found != null; found = pem.readObject()) {
        if (found instanceof PEMKeyPair pair) {
          return Optional.of(pair.getPrivateKeyInfo());
        }
        if (found instanceof PrivateKeyInfo key) {
          return Optional.of(key);
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw new InvalidKeySpecException(file + ": the private key is damaged", e);
    }
  }
}
