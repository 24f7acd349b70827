package vch.app.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The certificates of one VCH as files, under the names that VIC and the docker client use:
/// `ca.pem`, `ca-key.pem`, `server-cert.pem`, `server-key.pem`, and for clients `cert.pem`,
/// `key.pem`. Keys are on the curve P-256: making one takes a millisecond where RSA 2048 takes a
/// tenth of a second.
public final class Certificates {
  /// How long a certificate is good.
  public static final Duration VALID = Duration.ofDays(3650);

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
      var caName = name(organization, "Portlayer CA of " + organization);
      var caCertificate = certificate(caName, caName, ca, ca, at, chance, List.of(), null);
      write("ca-key.pem", ca.getPrivate());
      write("ca.pem", caCertificate);
      var client = keys(chance);
      write("key.pem", client.getPrivate());
      write(
          "cert.pem",
          certificate(
              name(organization, "client"),
              caName,
              client,
              ca,
              at,
              chance,
              List.of(),
              KeyPurposeId.id_kp_clientAuth));
      var server = keys(chance);
      write("server-key.pem", server.getPrivate());
      // last: its presence says that all are complete
      write(
          "server-cert.pem",
          certificate(
              name(organization, names.getFirst()),
              caName,
              server,
              ca,
              at,
              chance,
              names,
              KeyPurposeId.id_kp_serverAuth));
    } catch (IOException e) {
      throw new UncheckedIOException("write certificates to " + directory, e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("make certificates in " + directory, e);
    }
  }

  private static KeyPair keys(SecureRandom chance) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), chance);
    return generator.generateKeyPair();
  }

  private static X500Name name(String organization, String common) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, organization)
        .addRDN(BCStyle.CN, common)
        .build();
  }

  private static X509CertificateHolder certificate(
      X500Name subject,
      X500Name issuer,
      KeyPair keys,
      KeyPair issuerKeys,
      Instant at,
      SecureRandom chance,
      List<String> names,
      @org.jspecify.annotations.Nullable KeyPurposeId purpose)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    // an hour back, for clients whose clocks are a little behind
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(127, chance).setBit(126),
            Date.from(at.minus(Duration.ofHours(1))),
            Date.from(at.plus(VALID)),
            subject,
            keys.getPublic());
    var identifiers = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        identifiers.createSubjectKeyIdentifier(keys.getPublic()));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        identifiers.createAuthorityKeyIdentifier(issuerKeys.getPublic()));
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(purpose == null));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(
            purpose == null ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
    if (purpose != null) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }
    if (!names.isEmpty()) {
      var general = new ArrayList<GeneralName>();
      for (var name : names) {
        boolean address = vch.portlayer.address.Ip.tryParse(name).isPresent();
        general.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
      }
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(general.toArray(new GeneralName[0])));
    }
    return builder.build(
        new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate()));
  }

  private void write(String file, Object what) throws IOException {
    var text = new StringWriter();
    try (var pem = new JcaPEMWriter(text)) {
      pem.writeObject(what instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : what);
    }
    var path = directory.resolve(file);
    Files.deleteIfExists(path);
    var mode = what instanceof PrivateKey ? "rw-------" : "rw-r--r--";
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    Files.writeString(path, text.toString(), StandardOpenOption.WRITE);
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
  /// does it, and Bouncy Castle takes a tenth of a second to come up.
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
