package vch.linux;

import java.util.Optional;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.NamespaceName;

/// What we write into the alias of a link that we made: that it is ours, and what the kernel does
/// not tell of it. Links without it are never observed, so never removed.
/// `portlayer:<daemon>:<role>[:<namespace>:<peer>]`.
sealed interface LinkMark {
  record Bridge() implements LinkMark {}

  /// The end of a pair that is a machine object.
  record Port(NamespaceName peerNamespace, String peer) implements LinkMark {}

  /// The other end.
  record Peer() implements LinkMark {}

  record Macvlan() implements LinkMark {}

  record HostAccess() implements LinkMark {}

  /// The text for a new link.
  ///
  /// @param daemon a word that no other daemon of the machine has
  static String alias(String daemon, LinkKind kind) {
    return start(daemon)
        + switch (kind) {
          case LinkKind.Bridge _ -> "bridge";
          case LinkKind.Veth(var namespace, var peer, _, _) -> "port:" + namespace + ":" + peer;
          case LinkKind.Macvlan _ -> "macvlan";
          case LinkKind.HostAccess _ -> "access";
          case LinkKind.Loopback _ -> throw new IllegalArgumentException("lo is never marked");
        };
  }

  static String peerAlias(String daemon) {
    return start(daemon) + "peer";
  }

  private static String start(String daemon) {
    return "portlayer:" + daemon + ":";
  }

  /// Empty for a link that is not ours.
  static Optional<LinkMark> parse(String daemon, String alias) {
    if (!alias.startsWith(start(daemon))) {
      return Optional.empty();
    }
    var words = alias.substring(start(daemon).length()).split(":", 3);
    return switch (words[0]) {
      case "bridge" -> Optional.of(new Bridge());
      case "peer" -> Optional.of(new Peer());
      case "macvlan" -> Optional.of(new Macvlan());
      case "access" -> Optional.of(new HostAccess());
      case "port" ->
          words.length == 3
              ? Optional.of(new Port(new NamespaceName(words[1]), words[2]))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
