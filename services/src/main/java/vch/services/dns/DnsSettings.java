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
/// @param forwardsMax questions in flight to upstream servers, of one daemon
/// @param vchForwardsMax of these, for one VCH
/// @param vchForwardsSure for one VCH, whatever the others ask
/// @param clientForwardsMax for one container
/// @param cacheBytesMax memory for upstream answers, of one daemon
/// @param connectionsMax TCP connections to one server, of a VCH or inside a container
/// @param clientConnectionsMax of these, of one container
/// @param idleTimeout after which a silent TCP connection is closed
public record DnsSettings(
    int port,
    int insidePort,
    int upstreamPort,
    Duration attemptTimeout,
    int attempts,
    Duration grace,
    int forwardsMax,
    int vchForwardsMax,
    int vchForwardsSure,
    int clientForwardsMax,
    long cacheBytesMax,
    int connectionsMax,
    int clientConnectionsMax,
    Duration idleTimeout) {
  /// Rounds end before the 5 seconds after which the resolvers of C libraries ask again.
  public static final DnsSettings DEFAULT =
      new DnsSettings(
          53,
          NameServers.OWN_PORT,
          53,
          Duration.ofMillis(1500),
          3,
          Duration.ofMillis(500),
          512,
          256,
          16,
          64,
          16L << 20,
          256,
          32,
          Duration.ofSeconds(10));
}
