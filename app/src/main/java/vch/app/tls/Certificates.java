package vch.app.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import vch.app.tls.CertificateText.Name;
import vch.app.tls.CertificateText.Use;

/// The certificates of one VCH as files, under the names that VIC and the docker client use:
/// `ca.pem`, `ca-key.pem`, `server-cert.pem`, `server-key.pem`, and for clients `cert.pem`,
/// `key.pem`. Keys are on the curve P-256: making one takes a millisecond where RSA 2048 takes a
/// tenth of a second.
public final class Certificates {
  /// How long a certificate is good.
  public static final Duration VALID = Duration.ofDays(3650);

  /// By which clocks of clients may be behind ours.
  private static final Duration CLOCKS_BEHIND = Duration.ofHours(1);

  /// Letters in a line of a PEM file (RFC 7468).
  private static final int PEM_COLUMNS = 64;

  /// What a docker client needs, in the order in which they are copied.
  public static final List<String> CLIENT_FILES = List.of("ca.pem", "cert.pem", "key.pem");

  private final Path directory;

  public Certificates(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  public boolean exist() {
    return Files.exists(directory.resolve("server-cert.pem"));
  }

  /// Makes the authority, the server's certificate and one client's, unless they are there.
  ///
  /// @param names addresses and DNS names that the server answers by
  public void make(String organization, List<String> names, Instant at, SecureRandom chance) {
    if (exist()) {
      return;
    }
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      var ca = keys(chance);
      var authority = new Name(organization, "Portlayer CA of " + organization);
      var making = new Making(authority, ca, at, chance);
      making.write("ca-key.pem", "ca.pem", ca, authority, Optional.empty(), List.of());
      making.write(
          "key.pem",
          "cert.pem",
          keys(chance),
          new Name(organization, "client"),
          Optional.of(Use.CLIENT),
          List.of());
      // last: the presence of its certificate says that all are complete
      making.write(
          "server-key.pem",
          "server-cert.pem",
          keys(chance),
          new Name(organization, names.getFirst()),
          Optional.of(Use.SERVER),
          names);
    } catch (IOException e) {
      throw new UncheckedIOException("write certificates to " + directory, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("make certificates in " + directory, e);
    }
  }

  /// Certificates of one authority, made at one time.
  private final class Making {
    private final Name authority;
    private final KeyPair ca;
    private final Instant at;
    private final SecureRandom chance;

    Making(Name authority, KeyPair ca, Instant at, SecureRandom chance) {
      this.authority = authority;
      this.ca = ca;
      this.at = at;
      this.chance = chance;
    }

    void write(
        String keyFile,
        String file,
        KeyPair keys,
        Name subject,
        Optional<Use> use,
        List<String> names)
        throws IOException, GeneralSecurityException {
      var certificate =
          new CertificateText(
              subject,
              authority,
              new BigInteger(127, chance).setBit(126),
              at.minus(CLOCKS_BEHIND),
              at.plus(VALID),
              use,
              names);
      Certificates.write(
          directory.resolve(keyFile), "PRIVATE KEY", keys.getPrivate().getEncoded(), "rw-------");
      Certificates.write(
          directory.resolve(file),
          "CERTIFICATE",
          certificate.signed(keys.getPublic(), ca),
          "rw-r--r--");
    }
  }

  private static KeyPair keys(SecureRandom chance) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), chance);
    return generator.generateKeyPair();
  }

  private static void write(Path path, String label, byte[] der, String mode) throws IOException {
    Files.deleteIfExists(path);
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    var lines = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        path,
        "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n",
        StandardOpenOption.WRITE);
  }

  /// The authority's certificate.
  public X509Certificate authority() {
    return readCertificate("ca.pem");
  }

  public X509Certificate server() {
    return readCertificate("server-cert.pem");
  }

  public PrivateKey serverKey() {
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(read("server-key.pem", "PRIVATE KEY")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("read " + directory.resolve("server-key.pem"), e);
    }
  }

  private X509Certificate readCertificate(String file) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(read(file, "CERTIFICATE")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("read " + directory.resolve(file), e);
    }
  }

  /// The bytes of a PEM file (RFC 7468). Done with the JDK's own means: every start of a daemon
  /// does it.
  private byte[] read(String file, String label) {
    try {
      var text = Files.readString(directory.resolve(file));
      var begin = "-----BEGIN " + label + "-----";
      int from = text.indexOf(begin);
      int to = text.indexOf("-----END " + label + "-----");
      if (from < 0 || to < from) {
        throw new IllegalStateException(directory.resolve(file) + " holds no " + label);
      }
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IOException e) {
      throw new UncheckedIOException("read " + directory.resolve(file), e);
    }
  }

  /// Copies what a client needs to `target`, which is made where it is absent.
  ///
  /// @return takes the copies back
  /// @throws vch.portlayer.refusal.Refusal.Invalid the directory holds something already
  public Runnable copyTo(Path target) {
    checkEmpty(target);
    boolean there = Files.exists(target);
    Runnable takeBack = () -> removeCopies(target, there);
    try {
      Files.createDirectories(target);
      for (var file : CLIENT_FILES) {
        Files.copy(
            directory.resolve(file), target.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
      }
      return takeBack;
    } catch (IOException e) {
      takeBack.run();
      throw new UncheckedIOException("cannot copy certificates to " + target + ": " + e, e);
    }
  }

  private static void removeCopies(Path target, boolean there) {
    try {
      for (var file : CLIENT_FILES) {
        Files.deleteIfExists(target.resolve(file));
      }
      if (!there) {
        Files.deleteIfExists(target);
      }
    } catch (IOException e) {
      System.getLogger("vch.app")
          .log(System.Logger.Level.WARNING, "cannot remove copies of certificates", e);
    }
  }

  /// Refuses a directory that holds something already, as `vic-machine` did.
  public static void checkEmpty(Path target) {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new vch.portlayer.refusal.Refusal.Invalid(
          "--tls-cert-path " + target + " is not a directory");
    }
    try (var entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw new vch.portlayer.refusal.Refusal.Invalid(
            "Specified directory to store certificates is not empty. "
                + "Specify a new path in which to store generated certificates using --tls-cert-path or remove the contents of \""
                + target
                + "\" and run vch again.");
      }
    } catch (IOException e) {
      throw new vch.portlayer.refusal.Refusal.Invalid(
          "--tls-cert-path " + target + " cannot be read: " + e.getMessage());
    }
  }

  /// Removes all files.
  public void delete() {
    try (var entries =
        Files.exists(directory) ? Files.list(directory) : java.util.stream.Stream.<Path>empty()) {
      for (var entry : entries.toList()) {
        Files.deleteIfExists(entry);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("remove certificates in " + directory, e);
    }
  }

  /// Names of the files that hold secrets.
  public static Set<String> secretFiles() {
    return Set.of("ca-key.pem", "server-key.pem", "key.pem");
  }
}
