package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.port.PortSet;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// What a change of a container network means for its members.
final class ContainerNetworkDifference {
  private final Image image;
  private final Scope old;
  private final Scope next;
  private final ScopeKind.External before;
  private final ScopeKind.External after;
  private final List<Container> members;

  /// @param old a container network
  /// @param next the same one as it will be
  ContainerNetworkDifference(Image image, Scope old, Scope next) {
    this.image = image;
    this.old = old;
    this.next = next;
    this.before = (ScopeKind.External) old.kind();
    this.after = (ScopeKind.External) next.kind();
    this.members =
        image.members(old.id()).sorted(java.util.Comparator.comparing(Container::name)).toList();
  }

  /// Why it cannot be.
  List<String> problems() {
    var out = new ArrayList<String>();
    var holders = members.stream().filter(c -> !held(c).isEmpty()).map(Container::name).toList();
    if (!old.subnets().equals(next.subnets()) && !holders.isEmpty()) {
      out.add(
          "Container network "
              + old.name()
              + " cannot change from "
              + ContainerNetworkText.subnets(old)
              + " to "
              + ContainerNetworkText.subnets(next)
              + " while containers hold addresses on it: "
              + Texts.some(holders)
              + "; remove or disconnect them first");
    }
    for (var server : after.dns()) {
      members.stream()
          .filter(c -> held(c).contains(server))
          .forEach(
              c ->
                  out.add(
                      "DNS IP "
                          + server
                          + " of container network "
                          + old.name()
                          + " is the address of container "
                          + c.name()));
    }
    return out;
  }

  private List<Ip> held(Container container) {
    return container.on(old.id()).map(Endpoint::addresses).orElse(List.of()).stream()
        .map(Cidr::address)
        .toList();
  }

  /// What becomes different for whom, a sentence each.
  List<String> impact() {
    var out = new ArrayList<String>();
    if (!old.subnets().equals(next.subnets())) {
      out.add(
          "Container network "
              + old.name()
              + " has "
              + ContainerNetworkText.subnets(next)
              + " instead of "
              + ContainerNetworkText.subnets(old)
              + ".");
    }
    if (before.trust() != after.trust()) {
      trust(out);
    }
    if (!before.pools().equals(after.pools())) {
      pools(out);
    }
    if (!before.dns().equals(after.dns())) {
      out.add(
          "Name servers of container network "
              + old.name()
              + " are "
              + servers(next, after.dns())
              + " instead of "
              + servers(old, before.dns())
              + running(", at once for running containers: "));
    }
    if (before.acceptRouters() != after.acceptRouters()) {
      routers(out);
    }
    return out;
  }

  private void trust(List<String> out) {
    out.add(
        "The firewall of container network "
            + old.name()
            + " changes from level "
            + before.trust().word()
            + " to "
            + after.trust().word()
            + running(", at once for running containers: "));
    if (after.trust() == TrustLevel.CLOSED) {
      live()
          .filter(names -> !names.isEmpty())
          .ifPresent(
              names ->
                  out.add(
                      "Connections over container network "
                          + old.name()
                          + " stop: level closed lets not even replies pass."));
    }
    for (var container : members) {
      if (refused(container)) {
        out.add(
            "Container "
                + container.name()
                + " publishes ports on container network "
                + old.name()
                + ", which level "
                + after.trust().word()
                + " does not allow: they are not published "
                + (container.live()
                    ? "from now on, and it cannot start again at this level."
                    : "and it cannot start at this level."));
      }
    }
  }

  private boolean refused(Container container) {
    if (!publishesHere(container)) {
      return false;
    }
    try {
      DirectPublishing.check(
          next,
          after,
          container.publish(),
          container.publishAll() ? container.exposed() : PortSet.EMPTY);
      return false;
    } catch (Refusal _) {
      return true;
    }
  }

  private boolean publishesHere(Container container) {
    return EndpointRules.published(image, container)
        .filter(e -> e.scope().equals(Optional.of(old.id())))
        .isPresent();
  }

  /// Running members that publish other ports at the new level.
  List<Change> published() {
    return before.trust() == after.trust()
        ? List.of()
        : members.stream()
            .filter(c -> c.live() && publishesHere(c))
            .<Change>map(
                c ->
                    new Change.ContainerPut(
                        c.withPublications(DirectPublishing.of(c, after.trust()))))
            .toList();
  }

  private void pools(List<String> out) {
    out.add(
        "Addresses of container network "
            + old.name()
            + " come from "
            + ContainerNetworkText.ranges(after.pools())
            + " instead of "
            + ContainerNetworkText.ranges(before.pools())
            + ".");
    var outside = new ArrayList<String>();
    for (var container : members) {
      held(container).stream()
          .filter(a -> outside(a))
          .forEach(a -> outside.add(container.name() + " (" + a + ")"));
    }
    if (!outside.isEmpty()) {
      out.add(
          "Containers that hold an address outside of it keep it: " + Texts.some(outside) + ".");
    }
    if (after.trust() == TrustLevel.PEERS && before.trust() == TrustLevel.PEERS) {
      out.add(
          "Level peers of container network "
              + old.name()
              + " lets in "
              + (after.pools().isEmpty()
                  ? "the members of this VCH"
                  : "whoever has an address of the range")
              + running(", at once for running containers: "));
    }
  }

  private boolean outside(Ip address) {
    var ranges = after.pools(address.family());
    return !ranges.isEmpty() && ranges.stream().noneMatch(r -> r.contains(address));
  }

  private void routers(List<String> out) {
    out.add(
        "IPv6 router advertisements on container network "
            + old.name()
            + " are "
            + (after.acceptRouters() ? "accepted" : "refused")
            + running(", at once by running containers: "));
    if (!after.acceptRouters() && !live().orElse("").isEmpty()) {
      out.add("Addresses by earlier router advertisements stay until they run out.");
    }
  }

  private static String servers(Scope scope, List<Ip> servers) {
    var usual = scope.leased() ? "those of DHCP" : "the gateway";
    return servers.isEmpty() ? usual : Texts.listed(servers);
  }

  /// The sentence's end with the names of running members.
  private String running(String words) {
    return live().map(names -> words + names).orElse("") + ".";
  }

  private Optional<String> live() {
    var names = members.stream().filter(Container::live).map(Container::name).toList();
    return names.isEmpty() ? Optional.empty() : Optional.of(Texts.some(names));
  }
}
