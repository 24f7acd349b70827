package vch.portlayer.vch;

/// How the Docker API of a VCH is offered on its client role.
public enum TlsMode {
  /// Port 2376, the client proves itself with a certificate.
  VERIFY,
  /// Port 2376, any client (`--no-tlsverify`).
  NO_VERIFY,
  /// Port 2375, plain HTTP (`--no-tls`).
  NONE;

  /// 2376 or 2375.
  public int port() {
    return this == NONE ? 2375 : 2376;
  }
}
