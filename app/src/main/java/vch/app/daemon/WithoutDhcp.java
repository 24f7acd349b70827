package vch.app.daemon;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import vch.engine.lease.DhcpClients;
import vch.engine.lease.DhcpFailed;
import vch.portlayer.address.Mac;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.Lease;

/// Refuses every lease, until there is a client.
final class WithoutDhcp implements DhcpClients {
  @Override
  public void start(Client client) {}

  @Override
  public Lease await(EndpointId id, Duration atMost) throws DhcpFailed {
    throw new DhcpFailed("this build has no DHCP client; give the network a gateway");
  }

  @Override
  public void stop(EndpointId id) {}

  @Override
  public void release(EndpointId id, Mac mac, Lease lease, String link) {}

  @Override
  public Map<EndpointId, Lease> observe() {
    return Map.of();
  }

  @Override
  public void onChange(Consumer<Changed> listener) {}

  @Override
  public void close() {}
}
