package vch.portlayer.reach;

/// What becomes of a question, best first.
public enum Verdict {
  /// It arrives, and the answer comes back.
  REACHED,
  /// Who asks is told at once that it may not be.
  REFUSED,
  /// Silence.
  DROPPED
}
