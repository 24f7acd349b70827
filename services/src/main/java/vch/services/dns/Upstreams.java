package vch.services.dns;

import java.util.Arrays;
import java.util.List;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

/// Whom to ask, and from where.
///
/// @param inside the namespace is a container's: what is opened there ends with the container
record Upstreams(NamespaceName namespace, boolean inside, List<Ip> servers)
    implements Comparable<Upstreams> {
  /// Servers asked at the most, as in resolv.conf(5).
  static final int SERVERS_MAX = 3;

  Upstreams {
    servers = servers.stream().limit(SERVERS_MAX).toList();
  }

  Upstreams(NamespaceName namespace, List<Ip> servers) {
    this(namespace, false, servers);
  }

  /// By namespace first.
  @Override
  public int compareTo(Upstreams other) {
    int c = namespace.value().compareTo(other.namespace.value());
    if (c == 0) {
      c = Boolean.compare(inside, other.inside);
    }
    return c != 0 ? c : Arrays.compare(numbers(), other.numbers());
  }

  private Ip[] numbers() {
    return servers.toArray(Ip[]::new);
  }
}
