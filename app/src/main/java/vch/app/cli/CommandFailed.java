package vch.app.cli;

/// The command cannot be done; the message is for the user.
final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailed(String message) {
    super(message, null, false, false);
  }
}
