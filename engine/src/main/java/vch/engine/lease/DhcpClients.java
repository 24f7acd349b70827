package vch.engine.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// DHCP clients (RFC 2131), one process for each leased place, inside the container's namespace.
/// They put address and routes on the link themselves, and go on while no daemon runs. Safe for all
/// threads.
public interface DhcpClients extends AutoCloseable {
  /// Starts the client of a place, or takes over the one that is at work there. Returns at once.
  void start(Client client);

  /// What a client needs to know.
  ///
  /// @param networkName for messages
  /// @param rank of its default route among those of other leases of the container; 0 leads. Any
  ///   default route that the daemon makes itself comes before
  /// @param wanted the address that the place had last
  record Client(
      EndpointId id,
      NamespaceName namespace,
      String link,
      Mac mac,
      String hostname,
      String networkName,
      int rank,
      Optional<Ip> wanted) {}

  /// Waits for the first lease of a client that was started.
  Lease await(EndpointId id, Duration atMost) throws DhcpFailed;

  /// Ends the client and keeps the lease: the place asks for the same address again. No client is
  /// no error.
  void stop(EndpointId id);

  /// As [#stop] for all other places: a crash may have left clients of them.
  void stopAllBut(Set<EndpointId> wanted);

  /// Tells the server that the address is free (DHCPRELEASE), whether there is a client, or a
  /// namespace, or not. The client has been stopped.
  ///
  /// @param link of the machine, on whose segment the server is
  void release(EndpointId id, Mac mac, Lease lease, String link);

  /// Leases as the clients have them now.
  Map<EndpointId, Lease> observe();

  /// Calls `listener` after every change, on a thread of its own; also for changes that happened
  /// while no daemon ran.
  void onChange(Consumer<Changed> listener);

  /// What became of a lease.
  sealed interface Changed {}

  /// It was obtained or renewed, perhaps with another address.
  record Bound(EndpointId id, Lease lease) implements Changed {}

  /// It ended, and the client goes on asking.
  record Lost(EndpointId id, String why) implements Changed {}

  /// Ends no client.
  @Override
  void close();
}
