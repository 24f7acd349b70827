package vch.api.http;

/// A request that is wrong as HTTP: too large, too slow, of another content type, to no known path.
/// The message is a sentence for the client.
public final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final String message;

  public HttpProblem(int status, String message) {
    super(message, null, false, false);
    this.message = message;
    this.status = status;
  }

  /// The sentence.
  @Override
  public String getMessage() {
    return message;
  }

  /// The HTTP status, 400 to 599.
  public int status() {
    return status;
  }
}
