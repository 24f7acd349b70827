package vch.kernel.rtnl;

import vch.kernel.netlink.Reply;

/// What a notification of rtnetlink is about.
public sealed interface Change {
  /// A link came, changed or went.
  ///
  /// @param removed whether the link is gone from the namespace
  record OfLink(LinkInfo link, boolean removed) implements Change {}

  record OfAddress(AddressInfo address, boolean removed) implements Change {}

  record OfRoute(RouteInfo route, boolean removed) implements Change {}

  record OfRule(RuleInfo rule, boolean removed) implements Change {}

  /// A namespace with this id is gone.
  record NamespaceGone(int id) implements Change {}

  /// Nothing that has a meaning here.
  record Other() implements Change {}

  /// Reads a notification.
  static Change of(Reply reply) {
    Change other = new Other();
    return switch (reply.type()) {
      case Rtm.RTM_NEWLINK, Rtm.RTM_DELLINK ->
          LinkInfo.of(reply)
              .<Change>map(l -> new OfLink(l, reply.type() == Rtm.RTM_DELLINK))
              .orElse(other);
      case Rtm.RTM_NEWADDR, Rtm.RTM_DELADDR ->
          AddressInfo.of(reply)
              .<Change>map(a -> new OfAddress(a, reply.type() == Rtm.RTM_DELADDR))
              .orElse(other);
      case Rtm.RTM_NEWROUTE, Rtm.RTM_DELROUTE ->
          RouteInfo.of(reply)
              .<Change>map(r -> new OfRoute(r, reply.type() == Rtm.RTM_DELROUTE))
              .orElse(other);
      case Rtm.RTM_NEWRULE, Rtm.RTM_DELRULE ->
          RuleInfo.of(reply)
              .<Change>map(r -> new OfRule(r, reply.type() == Rtm.RTM_DELRULE))
              .orElse(other);
      case Rtm.RTM_DELNSID -> {
        var id = reply.attributes(Rtm.RTGENMSG_BYTES).u32(Rtm.NETNSA_NSID);
        yield id.isPresent() ? new NamespaceGone(id.getAsInt()) : other;
      }
      default -> other;
    };
  }
}
