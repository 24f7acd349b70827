package vch.app.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// TLS contexts of the Docker API of a VCH.
public final class TlsContexts {
  private TlsContexts() {}

  /// Offers the server's certificate and trusts clients of the VCH's own authority.
  public static SSLContext server(Certificates certificates) {
    try {
      var authority = certificates.authority();
      var key = new ServerKey(certificates.serverKey(), certificates.server(), authority);
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, new char[0]);
      trusted.setCertificateEntry("ca", authority);
      var trustManagers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trustManagers.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {key}, trustManagers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("make a TLS context of " + certificates.directory(), e);
    }
  }
}
