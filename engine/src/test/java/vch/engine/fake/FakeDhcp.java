package vch.engine.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpFailed;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// A DHCP server and its clients in memory. They outlive the daemon.
public final class FakeDhcp implements DhcpClients {
  public final Map<EndpointId, Client> running = new ConcurrentHashMap<>();
  public final Map<EndpointId, Lease> leases = new ConcurrentHashMap<>();
  public final List<String> released = new ArrayList<>();

  /// Why there is no offer; empty: there is one.
  public volatile Optional<String> failing = Optional.empty();

  private volatile Consumer<Changed> listener = _ -> {};
  private int last = 99;

  @Override
  public void start(Client client) {
    if (running.put(client.id(), client) != null) {
      return; // it is at work
    }
    if (failing.isEmpty()) {
      leases.put(
          client.id(), lease(client.wanted().orElseGet(() -> Ip.parse("10.77.0." + ++last))));
    }
  }

  public static Lease lease(Ip address) {
    return new Lease(
        new Cidr(address, 24),
        Ip.parse("10.77.0.1"),
        List.of(Ip.parse("10.77.0.1")),
        List.of(Ip.parse("10.77.0.3")),
        List.of(),
        Optional.of(1400),
        Optional.of("lan.example"),
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(3600));
  }

  /// The client's lease is another from now on.
  public void renew(EndpointId id, Lease lease) {
    leases.put(id, lease);
    listener.accept(new Bound(id, lease));
  }

  @Override
  public Lease await(EndpointId id, Duration atMost) throws DhcpFailed {
    if (failing.isPresent()) {
      throw new DhcpFailed(failing.get());
    }
    return Optional.ofNullable(leases.get(id)).orElseThrow();
  }

  @Override
  public void stop(EndpointId id) {
    running.remove(id);
  }

  @Override
  public void stopAllBut(Set<EndpointId> wanted) {
    running.keySet().retainAll(wanted);
  }

  @Override
  public void release(EndpointId id, Mac mac, Lease lease, String link) {
    released.add(lease.address().address() + " on " + link);
    leases.remove(id);
  }

  @Override
  public Map<EndpointId, Lease> observe() {
    return Map.copyOf(leases);
  }

  @Override
  public void onChange(Consumer<Changed> next) {
    listener = next;
  }

  @Override
  public void close() {}
}
