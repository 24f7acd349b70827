package vch.services.dns;

import java.util.List;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

/// Whom to ask, and from where.
///
/// @param inside the namespace is a container's: what is opened there ends with the container
record Upstreams(NamespaceName namespace, boolean inside, List<Ip> servers) {
  /// Servers asked at the most, as in resolv.conf(5).
  static final int SERVERS_MAX = 3;

  Upstreams {
    servers = servers.stream().limit(SERVERS_MAX).toList();
  }

  Upstreams(NamespaceName namespace, List<Ip> servers) {
    this(namespace, false, servers);
  }
}
