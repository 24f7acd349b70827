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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import vch.portlayer.refusal.Refusal;

/// Which certificates of registries are believed: those that the machine's authorities signed, and
/// those that were put into `certs.d/<registry>/*.crt`, as with Docker. Read anew for every pull.
final class Trust {
  /// Where distributions keep all authorities in one file: Debian, Red Hat.
  private static final List<Path> MACHINE_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  private static final long CERTIFICATES_BYTES_MAX = 4L << 20;

  private final List<Path> directories;

  /// @param directories each with one directory per registry, named `host` or `host:port`
  Trust(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /// Verifies the certificate and the host name.
  SSLContext verified(String registry) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (var authority : authorities(registry)) {
        store.setCertificateEntry("ca" + n++, authority);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new Refusal.Failed(
          "The certificates for registry " + registry + " cannot be used: " + e.getMessage());
    }
  }

  /// Verifies nothing.
  static SSLContext unverified() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anyone()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java run time has TLS", e);
    }
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
    for (var directory : directories) {
      var own = directory.resolve(registry);
      if (!Files.isDirectory(own)) {
        continue;
      }
      try (var files = Files.list(own)) {
        for (var file : files.sorted().toList()) {
          if (file.getFileName().toString().endsWith(".crt")) {
            out.addAll(read(file));
          } else if (file.getFileName().toString().endsWith(".cert")) {
            throw new Refusal.Unsupported(
                "client certificates for registries are not offered; remove "
                    + file
                    + " to pull without");
          }
        }
      }
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
