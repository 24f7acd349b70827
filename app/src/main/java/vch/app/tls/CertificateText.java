package vch.app.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Ip;

/// A certificate of version 3 (RFC 5280) for a key on the curve P-256, signed by one.
///
/// @param serial positive, of at most 20 bytes
/// @param use empty: an authority
/// @param names addresses and DNS names of a server
record CertificateText(
    Name subject,
    Name issuer,
    BigInteger serial,
    Instant from,
    Instant until,
    Optional<Use> use,
    List<String> names) {
  /// Organization and common name.
  record Name(String organization, String common) {
    private byte[] der() {
      return Der.sequence(part("2.5.4.10", organization), part("2.5.4.3", common));
    }

    private static byte[] part(String id, String text) {
      return Der.set(Der.sequence(Der.id(id), Der.utf8(text)));
    }
  }

  /// What the key is for (RFC 5280, 4.2.1.12).
  enum Use {
    SERVER("1.3.6.1.5.5.7.3.1"),
    CLIENT("1.3.6.1.5.5.7.3.2");

    private final String id;

    Use(String id) {
      this.id = id;
    }
  }

  /// An uncompressed point of the curve: 4, x, y.
  private static final int POINT_BYTES = 65;

  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.id("1.2.840.10045.4.3.2"));

  /// The certificate in DER.
  byte[] signed(PublicKey key, KeyPair by) throws GeneralSecurityException {
    var text =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)),
            Der.integer(serial),
            ECDSA_WITH_SHA256,
            issuer.der(),
            Der.sequence(Der.time(from), Der.time(until)),
            subject.der(),
            key.getEncoded(),
            Der.explicit(3, Der.sequence(extensions(key, by.getPublic()))));
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(by.getPrivate());
    signature.update(text);
    return Der.sequence(text, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
  }

  private byte[][] extensions(PublicKey key, PublicKey issuerKey) throws GeneralSecurityException {
    var out = new ArrayList<byte[]>();
    out.add(extension("2.5.29.14", false, Der.octets(identifier(key))));
    out.add(extension("2.5.29.35", false, Der.sequence(Der.choice(0, identifier(issuerKey)))));
    out.add(extension("2.5.29.19", true, use.isEmpty() ? Der.sequence(Der.yes()) : Der.sequence()));
    out.add(
        extension(
            "2.5.29.15",
            true,
            use.isEmpty()
                ? Der.bits(1, new byte[] {0x06}) // signs certificates and lists of revoked ones
                : Der.bits(7, new byte[] {(byte) 0x80}))); // signs
    use.ifPresent(u -> out.add(extension("2.5.29.37", false, Der.sequence(Der.id(u.id)))));
    if (!names.isEmpty()) {
      out.add(
          extension(
              "2.5.29.17",
              false,
              Der.sequence(
                  names.stream().map(CertificateText::alternative).toArray(byte[][]::new))));
    }
    return out.toArray(byte[][]::new);
  }

  private static byte[] extension(String id, boolean critical, byte[] value) {
    return critical
        ? Der.sequence(Der.id(id), Der.yes(), Der.octets(value))
        : Der.sequence(Der.id(id), Der.octets(value));
  }

  private static byte[] identifier(PublicKey key) throws GeneralSecurityException {
    var encoded = key.getEncoded();
    return MessageDigest.getInstance("SHA-1")
        .digest(Arrays.copyOfRange(encoded, encoded.length - POINT_BYTES, encoded.length));
  }

  private static byte[] alternative(String name) {
    return Ip.tryParse(name)
        .map(ip -> Der.choice(7, ip.bytes()))
        .orElseGet(() -> Der.choice(2, name.getBytes(StandardCharsets.US_ASCII)));
  }
}
