package vch.portlayer.refusal;

/// A request that was understood and refused. The message is one clear sentence for the person who
/// asked: what was refused, to what, why, what to do. Only a personality knows numbers.
public abstract sealed class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String message;

  private Refusal(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  /// The sentence.
  @Override
  public String getMessage() {
    return message;
  }

  /// The request can never work as written.
  public static final class Invalid extends Refusal {
    private static final long serialVersionUID = 1L;

    public Invalid(String message) {
      super(message);
    }
  }

  /// No such thing.
  public static final class NotFound extends Refusal {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
      super(message);
    }
  }

  /// Not with the present state: name taken, in use, already so in another way.
  public static final class Conflict extends Refusal {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(message);
    }
  }

  /// The caller may not: predefined, builtin, in use by others.
  public static final class Forbidden extends Refusal {
    private static final long serialVersionUID = 1L;

    public Forbidden(String message) {
      super(message);
    }
  }

  /// Known, but not offered.
  public static final class Unsupported extends Refusal {
    private static final long serialVersionUID = 1L;

    public Unsupported(String message) {
      super(message);
    }
  }

  /// Understood and allowed, but it cannot be carried out now: no address left, port taken, process
  /// would not start.
  public static final class Failed extends Refusal {
    private static final long serialVersionUID = 1L;

    public Failed(String message) {
      super(message);
    }
  }

  /// Try later: starting, stopping, too busy.
  public static final class Unavailable extends Refusal {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message) {
      super(message);
    }
  }
}
