package vch.api.http;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/// A Unix socket whose connections are patient. One selector accepts and serves.
final class UnixConnector extends UnixDomainServerConnector {
  private final Duration idle;

  UnixConnector(Server server, Duration idle, ConnectionFactory... factories) {
    super(server, 0, 1, factories);
    this.idle = idle;
  }

  @Override
  protected SelectorManager newSelectorManager(
      Executor executor, Scheduler scheduler, int selectors) {
    return new UnixDomainSelectorManager(executor, scheduler, selectors) {
      @Override
      protected EndPoint newEndPoint(
          SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        return new PatientEndPoint((SocketChannel) channel, selector, key, getScheduler(), idle);
      }
    };
  }
}
