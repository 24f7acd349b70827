package vch.build;

/// A step whose program failed.
public final class BuildFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int code;

  public BuildFailed(int code, String message) {
    super(message);
    this.code = code;
  }

  /// The program's exit code.
  public int code() {
    return code;
  }
}
