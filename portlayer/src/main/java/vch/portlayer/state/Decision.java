package vch.portlayer.state;

import java.util.List;

/// What a rule decided: the changes to make, and what to tell who asked. A rule that refuses throws
/// a [vch.portlayer.refusal.Refusal] instead.
public record Decision<R>(List<Change> changes, R reply) {
  public Decision {
    changes = List.copyOf(changes);
  }

  public static <R> Decision<R> of(R reply, Change... changes) {
    return new Decision<>(List.of(changes), reply);
  }
}
