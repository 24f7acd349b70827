package vch.services.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// Connections to a server, from addresses that the test chooses.
final class Connections implements AutoCloseable {
  private final InetSocketAddress server;
  private final List<Socket> sockets = new ArrayList<>();

  Connections(InetSocketAddress server) {
    this.server = server;
  }

  Socket connect(String from) throws IOException {
    var socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.bind(new InetSocketAddress(from, 0));
    socket.setSoTimeout(ServedTown.PATIENCE_MILLIS);
    socket.connect(server);
    return socket;
  }

  @Override
  public void close() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
  }
}
