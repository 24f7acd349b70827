package vch.app.daemon;

/// The daemon cannot start; the message tells a person why and what to do.
final class CannotStart extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CannotStart(String message) {
    super(message, null, false, false);
  }
}
