package vch.compute.image.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.List;

/// Where connections to registries leave from, and who tells the addresses of names. Thread safe.
public interface Dialer {
  /// A socket that is not connected yet, in the namespace that `target` is reached from.
  SocketChannel open(InetAddress target) throws IOException;

  /// The addresses of a host, best first.
  ///
  /// @throws UnknownHostException there is none
  List<InetAddress> addresses(String host) throws IOException;

  /// From the process's own namespace.
  static Dialer here() {
    return new Dialer() {
      @Override
      public SocketChannel open(InetAddress target) throws IOException {
        return SocketChannel.open();
      }

      @Override
      public List<InetAddress> addresses(String host) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
      }
    };
  }
}
