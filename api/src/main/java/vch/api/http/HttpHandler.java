package vch.api.http;

/// Answers requests. Called on a virtual thread of the request's own, so it may block.
@FunctionalInterface
public interface HttpHandler {
  /// Answers the request in one of the ways that [Exchange] offers. What it throws before it has
  /// begun to answer becomes a plain 500; afterwards the connection is cut, so that the client does
  /// not take half an answer for a whole one.
  void handle(Exchange exchange) throws Exception;
}
