package vch.api.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// A TCP listener whose connections are patient. One selector accepts and serves.
final class TcpConnector extends ServerConnector {
  private final Duration idle;

  TcpConnector(Server server, Duration idle, ConnectionFactory... factories) {
    super(server, 0, 1, factories);
    this.idle = idle;
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) {
    return new PatientEndPoint(channel, selector, key, getScheduler(), idle);
  }
}
