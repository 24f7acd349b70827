package vch.archive;

import java.io.IOException;

/// An archive or a layer is refused. The message says what is wrong with which entry.
public final class BadArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  public BadArchiveException(String message) {
    super(message);
  }

  public BadArchiveException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
