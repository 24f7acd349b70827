package vch.engine.lease;

/// No lease. The message says which step failed, on which network, and with which server.
public final class DhcpFailed extends Exception {
  private static final long serialVersionUID = 1L;

  public DhcpFailed(String message) {
    super(message);
  }
}
