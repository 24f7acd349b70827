package vch.compute.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import vch.portlayer.refusal.Refusal;

/// Which certificates of registries are believed: those that the machine's authorities signed, and
/// those that were put into `certs.d/<registry>/*.crt`, as with Docker; and which are shown to
/// them: `*.cert` there, each with its `*.key`. Read anew for every pull.
final class Trust {
  /// Where distributions keep all authorities in one file: Debian, Red Hat.
  private static final List<Path> MACHINE_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  /// Of key stores in memory.
  private static final char[] NO_PASSWORD = {};

  private static final long CERTIFICATES_BYTES_MAX = 4L << 20;

  private final List<Path> directories;

  /// @param directories each with one directory per registry, named `host` or `host:port`
  Trust(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /// Verifies the certificate and the host name, and shows none.
  SSLContext verified(String registry) {
    return context(registry, r -> new KeyManager[0], this::believed);
  }

  /// For speaking with a registry: shows what was put there for it to be shown.
  ///
  /// @param verify else any certificate is believed
  SSLContext speaking(String registry, boolean verify) {
    return context(
        registry, this::shown, verify ? this::believed : _ -> new TrustManager[] {new Anyone()});
  }

  private interface Managers<T> {
    T[] of(String registry) throws IOException, GeneralSecurityException;
  }

  private static SSLContext context(
      String registry, Managers<KeyManager> shown, Managers<TrustManager> believed) {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(shown.of(registry), believed.of(registry), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new Refusal.Failed(
          "The certificates for registry " + registry + " cannot be used: " + e.getMessage());
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private TrustManager[] believed(String registry) throws IOException, GeneralSecurityException {
    var store = empty();
    int n = 0;
    for (var authority : authorities(registry)) {
      store.setCertificateEntry("ca" + n++, authority);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private KeyManager[] shown(String registry) throws IOException, GeneralSecurityException {
    var store = empty();
    for (var certificate : files(registry, ".cert")) {
      var key = other(certificate, ".cert", ".key");
      if (!Files.exists(key)) {
        throw new IOException(
            "missing key "
                + key.getFileName()
                + " for client certificate "
                + certificate.getFileName()
                + ". CA certificates must use the extension .crt");
      }
      store.setKeyEntry(
          certificate.toString(),
          PrivateKeys.read(key),
          NO_PASSWORD,
          read(certificate).toArray(X509Certificate[]::new));
    }
    for (var key : files(registry, ".key")) {
      var certificate = other(key, ".key", ".cert");
      if (!Files.exists(certificate)) {
        throw new IOException(
            "missing client certificate "
                + certificate.getFileName()
                + " for key "
                + key.getFileName());
      }
    }
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static Path other(Path file, String ending, String instead) {
    var name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.length() - ending.length()) + instead);
  }

  /// The files for a registry whose names have an ending.
  private List<Path> files(String registry, String ending) throws IOException {
    var out = new ArrayList<Path>();
    for (var directory : directories) {
      var own = directory.resolve(registry);
      if (Files.isDirectory(own)) {
        try (var files = Files.list(own)) {
          files.sorted().filter(f -> f.getFileName().toString().endsWith(ending)).forEach(out::add);
        }
      }
    }
    return out;
  }

  private List<X509Certificate> authorities(String registry)
      throws IOException, GeneralSecurityException {
    var out = new ArrayList<X509Certificate>();
    var bundle = MACHINE_BUNDLES.stream().filter(Files::isReadable).findFirst();
    if (bundle.isPresent()) {
      out.addAll(read(bundle.get()));
    } else {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      for (var manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          out.addAll(Arrays.asList(x509.getAcceptedIssuers()));
        }
      }
    }
    for (var file : files(registry, ".crt")) {
      out.addAll(read(file));
    }
    return out;
  }

  private static List<X509Certificate> read(Path file) throws IOException, CertificateException {
    if (Files.size(file) > CERTIFICATES_BYTES_MAX) {
      throw new IOException(file + " is larger than " + CERTIFICATES_BYTES_MAX + " bytes");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new CertificateException(file + ": " + e.getMessage(), e);
    }
  }

  /// Extended, so that Java adds no check of the host name.
  private static final class Anyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
