package vch.services.dns;

import java.io.IOException;
import java.nio.channels.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import vch.engine.machine.NamespaceName;

/// The sockets inside namespaces of containers. A socket keeps its namespace, and with it a NIC
/// that goes on to answer for the container's addresses, so all of them are closed when the
/// container ends. Safe for any number of threads.
final class Belongings {
  private final ConcurrentHashMap<NamespaceName, Set<Channel>> open = new ConcurrentHashMap<>();

  /// Sockets may be opened there from now on.
  void enter(NamespaceName namespace) {
    open.computeIfAbsent(namespace, _ -> ConcurrentHashMap.newKeySet());
  }

  /// @throws IOException the container has ended; the channel is closed
  void add(NamespaceName namespace, Channel channel) throws IOException {
    var there =
        open.computeIfPresent(
            namespace,
            (_, channels) -> {
              channels.add(channel);
              return channels;
            });
    if (there == null) {
      channel.close();
      throw new IOException("the container of namespace " + namespace + " has ended");
    }
  }

  /// The channel was closed.
  void remove(NamespaceName namespace, Channel channel) {
    open.computeIfPresent(
        namespace,
        (_, channels) -> {
          channels.remove(channel);
          return channels;
        });
  }

  /// Closes all that is open there, and lets nothing be opened any more.
  void leave(NamespaceName namespace) {
    var channels = open.remove(namespace);
    if (channels != null) {
      channels.forEach(Belongings::close);
    }
  }

  static void close(Channel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // nothing was to be written any more
    }
  }

  int size(NamespaceName namespace) {
    var channels = open.get(namespace);
    return channels == null ? 0 : channels.size();
  }
}
