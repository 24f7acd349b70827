package vch.portlayer.scope;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The firewall class of a container network (DESIGN section 5), from the narrowest to the widest.
/// It is enforced inside the container's namespace; bridge scopes of the same container are not
/// touched by it.
public enum TrustLevel {
  /// Nothing in, not even replies, and nothing out.
  CLOSED,
  /// Everything out, replies in.
  OUTBOUND,
  /// As outbound, and everything in from the network's ranges; without ranges, from the live
  /// members of the network in this VCH.
  PEERS,
  /// As outbound, and published ports and ping in from anyone. The default.
  PUBLISHED,
  /// Everything in and out.
  OPEN;

  /// The word of the command line.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Case does not matter.
  public static Optional<TrustLevel> tryParse(String word) {
    return Arrays.stream(values()).filter(l -> l.word().equalsIgnoreCase(word)).findFirst();
  }

  /// The words, narrowest first.
  public static List<String> words() {
    return Arrays.stream(values()).map(TrustLevel::word).toList();
  }
}
