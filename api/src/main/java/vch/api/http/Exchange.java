package vch.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/// One request and its answer. Used by one thread, except for what [#stream] and [#hijack] return.
///
/// There is one answer: [#respond], [#stream], [#hijack] or [#websocket], once.
public interface Exchange {
  /// `GET`, `POST`, …
  String method();

  /// The path, percent-decoded, without the query; begins with `/`.
  String path();

  Query query();

  /// The first value of a request header, by its name in any case.
  Optional<String> header(String name);

  /// Bytes of the body: 0 without a body, -1 when the client does not say (chunked).
  long bodyLength();

  /// The body as it comes in. A read waits for the client at the most [HttpServer#IDLE_TIMEOUT].
  ///
  /// @throws HttpProblem from a read: 400 when the body ends too early, 408 when the client is too
  ///   slow
  InputStream body();

  /// The whole body.
  ///
  /// @throws HttpProblem 413 when it is larger than `bytesMax`, 408 when it takes longer than
  ///   [HttpServer#BODY_TIMEOUT] to arrive
  byte[] body(int bytesMax) throws IOException;

  /// Sets a header of the answer.
  void setHeader(String name, String value);

  /// True once the answer has begun.
  boolean answered();

  /// Answers without a body.
  void respond(int status) throws IOException;

  /// Answers with the whole body.
  void respond(int status, String contentType, byte[] body) throws IOException;

  /// Begins an answer of unknown length: status and headers are on their way when this returns,
  /// each write is kept until [OutputStream#flush()] or the buffer is full. Nothing times out from
  /// here on. The answer ends when the handler returns; closing the stream does the same.
  ///
  /// @param onGone called once, on another thread, when the client goes away before the answer has
  ///   ended
  OutputStream stream(int status, String contentType, Runnable onGone) throws IOException;

  /// Makes the connection a pair of raw streams. With an `Upgrade` header in the request the answer
  /// is 101 and `Upgrade: tcp`, without it 200; both without length. The handler must close what it
  /// gets before it returns.
  Duplex hijack(String contentType) throws IOException;

  /// Makes the connection a web socket (RFC 6455). What is written goes out as binary messages; of
  /// what comes in the content of messages counts, not their bounds. The handler must close what it
  /// gets before it returns.
  ///
  /// @throws HttpProblem 400 when the request does not ask for a web socket
  Duplex websocket() throws IOException;
}
