package vch.api.http;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/// Refuses a request with 400 when a header that Jetty looks into before any handler cannot be read
/// as a list: it would be 500 otherwise, with a stack trace in the log.
final class ReadableHead implements HttpConfiguration.Customizer {
  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    for (var field : request.getHeaders()) {
      if (field.getHeader() == HttpHeader.HOST || field.getHeader() == HttpHeader.CONTENT_LENGTH) {
        check(field);
      }
    }
    return request;
  }

  private static void check(HttpField field) {
    try {
      field.getValues();
    } catch (IllegalArgumentException e) {
      throw new HttpException.RuntimeException(
          400, "the header " + field.getName() + " cannot be read", e);
    }
  }
}
