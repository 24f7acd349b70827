package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// TCP services of the VCH itself that answer on the NIC of the public role because roles share it.
/// Their ports cannot be published.
record Services(List<Service> all) {
  private static final int ADMIN_PORT = 2377;
  private static final int PORTAL_PORT = 2378;

  record Service(int port, String name) {}

  static Services of(Vch vch) {
    var out = new ArrayList<Service>();
    vch.nic(Role.PUBLIC)
        .ifPresent(
            nic -> {
              if (nic.roles().contains(Role.CLIENT)) {
                out.add(new Service(vch.tls().port(), "the Docker API"));
                out.add(new Service(PORTAL_PORT, "the portal"));
              }
              if (nic.roles().contains(Role.MANAGEMENT)) {
                out.add(new Service(ADMIN_PORT, "the admin API"));
              }
            });
    return new Services(List.copyOf(out));
  }

  Optional<Service> within(Protocol protocol, PortRange ports) {
    return protocol == Protocol.TCP
        ? all.stream().filter(s -> ports.contains(s.port())).findFirst()
        : Optional.empty();
  }
}
