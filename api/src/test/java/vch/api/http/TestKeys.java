package vch.api.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A server and a client that trust each other, made by keytool.
final class TestKeys {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private final KeyStore server;
  private final KeyStore client;

  TestKeys(Path dir) throws Exception {
    server = make(dir.resolve("server.p12"), "CN=localhost");
    client = make(dir.resolve("client.p12"), "CN=client");
  }

  private static KeyStore make(Path file, String name) throws Exception {
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                name,
                "-validity",
                "2",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    var says =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + says);
    }
    var store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  SSLContext serverContext() throws GeneralSecurityException, IOException {
    return context(server, client);
  }

  SSLContext clientContext() throws GeneralSecurityException, IOException {
    return context(client, server);
  }

  /// Writes what the docker CLI needs: `ca.pem`, `cert.pem`, `key.pem`.
  void writePem(Path dir) throws GeneralSecurityException, IOException {
    pem(dir.resolve("ca.pem"), "CERTIFICATE", server.getCertificate("key").getEncoded());
    pem(dir.resolve("cert.pem"), "CERTIFICATE", client.getCertificate("key").getEncoded());
    pem(dir.resolve("key.pem"), "PRIVATE KEY", client.getKey("key", PASSWORD).getEncoded());
  }

  private static void pem(Path file, String what, byte[] der) throws IOException {
    var text = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
  }

  /// A client without a certificate.
  SSLContext strangerContext() throws GeneralSecurityException, IOException {
    var empty = KeyStore.getInstance("PKCS12");
    empty.load(null, PASSWORD);
    return context(empty, server);
  }

  private static SSLContext context(KeyStore own, KeyStore other)
      throws GeneralSecurityException, IOException {
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, PASSWORD);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("other", other.getCertificate("key"));
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
