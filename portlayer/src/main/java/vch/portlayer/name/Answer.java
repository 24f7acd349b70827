package vch.portlayer.name;

import java.util.List;
import vch.portlayer.address.Ip;

/// What the zone says to a question.
public sealed interface Answer {
  /// The name is ours. No address of the family asked for: an empty success, so nothing leaks
  /// upstream.
  record Addresses(List<Ip> addresses) implements Answer {
    public Addresses {
      addresses = List.copyOf(addresses);
    }
  }

  /// The address is ours: these names belong to it, best first. None: it has no name for who asks,
  /// and nothing leaks upstream either.
  record Names(List<String> names) implements Answer {
    public Names {
      names = List.copyOf(names);
    }
  }

  /// Not ours: ask upstream.
  record Unknown() implements Answer {}
}
