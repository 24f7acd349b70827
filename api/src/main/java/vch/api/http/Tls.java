package vch.api.http;

import javax.net.ssl.SSLContext;

/// How a listener speaks TLS (1.2 and 1.3).
///
/// @param context holds the server's key and, where clients prove themselves, whom to trust
/// @param clientCertificate a client without a certificate that `context` trusts is turned away
public record Tls(SSLContext context, boolean clientCertificate) {}
