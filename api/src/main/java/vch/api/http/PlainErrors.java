package vch.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import tools.jackson.databind.json.JsonMapper;

/// What a client reads when its request never reached a handler: `{"message": …}`.
final class PlainErrors extends ErrorHandler {
  private final JsonMapper json = JsonMapper.shared();

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus() < 400 ? 500 : response.getStatus();
    var reason =
        request.getAttribute(ERROR_MESSAGE) instanceof String text
            ? text
            : HttpStatus.getMessage(status);
    var message =
        switch (status) {
          case 431 ->
              "the request's headers are larger than " + HttpServer.HEAD_BYTES_MAX + " bytes";
          case 414 -> "the request line is larger than " + HttpServer.HEAD_BYTES_MAX + " bytes";
          case 408 -> "the request did not arrive in time";
          default -> status < 500 ? "this is not a valid HTTP/1.1 request: " + reason : reason;
        };
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    var body = json.writeValueAsString(json.createObjectNode().put("message", message)) + "\n";
    response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
    return true;
  }
}
