package vch.api.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Hands each request to the handler of the listener that it came by, on a virtual thread. Thread
/// safe.
final class Dispatch extends Handler.Abstract.NonBlocking {
  private final Map<Connector, HttpHandler> handlers = new ConcurrentHashMap<>();

  void put(Connector connector, HttpHandler handler) {
    handlers.put(connector, handler);
  }

  void remove(Connector connector) {
    handlers.remove(connector);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var handler = handlers.get(request.getConnectionMetaData().getConnector());
    if (handler == null) {
      return false;
    }
    // A wait for the handler is not a wait for the client: only reads and writes that wait may time
    // out.
    request.addIdleTimeoutListener(_ -> false);
    Thread.ofVirtual()
        .name("http-", 0)
        .start(() -> new JettyExchange(request, response, callback).run(handler));
    return true;
  }
}
