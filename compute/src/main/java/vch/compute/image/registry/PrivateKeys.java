package vch.compute.image.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Private keys of files in PEM (RFC 7468): PKCS #8, and the older forms of openssl for RSA (RFC
/// 8017, A.1.2) and EC (RFC 5915), which are PKCS #8 without its cover. Without a password.
final class PrivateKeys {
  private static final long KEY_BYTES_MAX = 1 << 20;
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final int INTEGER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int SEQUENCE = 0x30;

  /// Of an EC key: its curve.
  private static final int PARAMETERS = 0xa0;

  /// `rsaEncryption` and its NULL; RFC 8017, appendix C.
  private static final byte[] RSA = {
    0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0
  };

  /// `id-ecPublicKey`; RFC 5480, 2.1.1.
  private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private PrivateKeys() {}

  /// Reads the first key of a file.
  static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
    if (Files.size(file) > KEY_BYTES_MAX) {
      throw new IOException(file + " is larger than " + KEY_BYTES_MAX + " bytes");
    }
    var pem = PEM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw new InvalidKeySpecException(file + " holds no private key in PEM without a password");
    }
    try {
      var der = Base64.getMimeDecoder().decode(pem.group(2));
      var spec =
          new PKCS8EncodedKeySpec(
              switch (pem.group(1)) {
                case "RSA PRIVATE KEY" -> cover(RSA, der);
                case "EC PRIVATE KEY" -> cover(join(EC, curve(der)), der);
                default -> der;
              });
      for (var kind : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(kind).generatePrivate(spec);
        } catch (InvalidKeySpecException _) {
          // of another kind
        }
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new InvalidKeySpecException(file + ": the private key is damaged", e);
    }
    throw new InvalidKeySpecException(file + ": the private key is not one of RSA, EC or EdDSA");
  }

  private static byte[] cover(byte[] algorithm, byte[] key) {
    return tagged(
        SEQUENCE,
        join(tagged(INTEGER, new byte[1]), tagged(SEQUENCE, algorithm), tagged(OCTETS, key)));
  }

  /// The curve's name, as it is encoded.
  private static byte[] curve(byte[] der) {
    int at = content(der, 0);
    while (der[at] != (byte) PARAMETERS) {
      at = content(der, at) + length(der, at);
    }
    return Arrays.copyOfRange(der, content(der, at), content(der, at) + length(der, at));
  }

  /// Where the content of what begins at `at` begins.
  private static int content(byte[] der, int at) {
    return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7f : 0);
  }

  private static int length(byte[] der, int at) {
    if (der[at + 1] >= 0) {
      return der[at + 1];
    }
    int length = 0;
    for (int i = at + 2; i < content(der, at); i++) {
      length = (length << 8) | (der[i] & 0xff);
    }
    return length;
  }

  private static byte[] tagged(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
