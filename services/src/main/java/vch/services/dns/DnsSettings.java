package vch.services.dns;

import java.time.Duration;
import vch.portlayer.name.NameServers;

/// Bounds of the name service.
///
/// @param port that it listens on; 0 lets the kernel choose (tests)
/// @param insidePort that it listens on inside namespaces of containers, likewise
/// @param upstreamPort of the servers that are asked
/// @param attemptTimeout how long one round of questions to all upstream servers may take
/// @param attempts rounds, each with new sockets and ids
/// @param grace how long the other servers may take once one has said that it cannot answer
/// @param forwards questions in flight to upstream servers
/// @param cacheBytesMax memory for upstream answers, of one daemon
/// @param connections TCP connections of clients
/// @param idleTimeout after which a TCP connection is ended whose client has not sent a whole
///   query, or not taken a whole answer
public record DnsSettings(
    int port,
    int insidePort,
    int upstreamPort,
    Duration attemptTimeout,
    int attempts,
    Duration grace,
    Limits forwards,
    long cacheBytesMax,
    Limits connections,
    Duration idleTimeout) {
  /// Rounds end before the 5 seconds after which the resolvers of C libraries ask again. A
  /// connection takes up to 160 KiB, of which 96 are the kernel's: 80 MiB are taken at the most.
  public static final DnsSettings DEFAULT =
      new DnsSettings(
          53,
          NameServers.OWN_PORT,
          53,
          Duration.ofMillis(1500),
          3,
          Duration.ofMillis(500),
          new Limits(512, 256, 16, 64),
          16L << 20,
          new Limits(512, 256, 16, 32),
          Duration.ofSeconds(10));

  /// How many there may be at once.
  ///
  /// @param all of one daemon, besides those that are sure
  /// @param vch of these, for one VCH
  /// @param vchSure for one VCH, whatever the others have
  /// @param client for one container
  public record Limits(int all, int vch, int vchSure, int client) {}
}
