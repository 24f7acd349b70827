package vch.engine.lifecycle;

import vch.portlayer.refusal.Refusal;

/// Sentences about refusals: who failed at what, before why.
final class Refusals {
  private Refusals() {}

  /// A refusal of the same kind, with `prefix: ` before its message. What is no refusal becomes a
  /// failure.
  static Refusal prefixed(String prefix, RuntimeException cause) {
    var text = prefix + ": " + message(cause);
    return cause instanceof Refusal refusal
        ? switch (refusal) {
          case Refusal.Invalid _ -> new Refusal.Invalid(text);
          case Refusal.NotFound _ -> new Refusal.NotFound(text);
          case Refusal.Conflict _ -> new Refusal.Conflict(text);
          case Refusal.Forbidden _ -> new Refusal.Forbidden(text);
          case Refusal.Unsupported _ -> new Refusal.Unsupported(text);
          case Refusal.Failed _ -> new Refusal.Failed(text);
          case Refusal.Unavailable _ -> new Refusal.Unavailable(text);
        }
        : new Refusal.Failed(text);
  }

  /// What the exception says, or at least what it is.
  static String message(RuntimeException e) {
    var text = e.getMessage();
    return text == null || text.isBlank() ? e.getClass().getSimpleName() : text;
  }
}
