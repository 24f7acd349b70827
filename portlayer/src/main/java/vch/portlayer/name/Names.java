package vch.portlayer.name;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.NameLink;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Looks names up as a container of a VCH sees them. Every look-up costs the logarithm of the
/// number of containers, whatever they are called. Only live containers have names; nothing is
/// cached here, so a rename shows at once.
public final class Names {
  private Names() {}

  /// Which addresses of `family` `name` (without the trailing dot, any case) has for the container
  /// that asks. Order: links private to the asker, then names of the scopes that it is on in the
  /// order of attachment (the first scope that knows the name answers), `name.scope` too.
  public static Answer addresses(Image image, Container self, String name, Family family) {
    var vch = self.vch();
    var wanted = name.toLowerCase(Locale.ROOT);
    if (!self.live() || wanted.isEmpty()) {
      return new Answer.Unknown();
    }
    for (var link : links(self).toList()) {
      if (linked(image, vch, link, wanted)) {
        return new Answer.Addresses(ofLink(image, self, link, family));
      }
    }
    for (var place : places(image, self)) {
      var owners = owners(image, self, place, wanted);
      if (owners.isEmpty()) {
        var tail = "." + place.name().toLowerCase(Locale.ROOT);
        if (wanted.endsWith(tail)) {
          owners = owners(image, self, place, wanted.substring(0, wanted.length() - tail.length()));
        }
      }
      if (!owners.isEmpty()) {
        return new Answer.Addresses(addresses(owners, place.id(), family));
      }
    }
    return asleep(image, vch, self, wanted)
        ? new Answer.Addresses(List.of())
        : new Answer.Unknown();
  }

  /// Which names the address has for who asks, best first: `name.scope`, which holds whatever the
  /// search list, then the bare ones. Addresses of the VCH's bridge scopes never are anybody else's
  /// matter: without a name for who asks the list is empty. On a container network only the
  /// addresses of members are the VCH's, and only for members.
  ///
  /// @param who the container that asks; empty: who asks is none
  public static Answer names(Image image, VchId vch, Optional<Container> who, Ip address) {
    var holder = image.holder(vch, address);
    var scope =
        holder.flatMap(h -> image.scope(h.scope())).or(() -> image.scopeAround(vch, address));
    if (scope.isEmpty()) {
      return new Answer.Unknown();
    }
    boolean member = who.flatMap(w -> w.on(scope.get().id())).isPresent();
    if (scope.get().kind() instanceof ScopeKind.External && (holder.isEmpty() || !member)) {
      return new Answer.Unknown(); // another host of the LAN, which has name servers of its own
    }
    var owner = holder.flatMap(h -> image.container(h.container())).filter(Container::live);
    if (owner.isEmpty() || !member) {
      return new Answer.Names(List.of());
    }
    boolean self = owner.get().id().equals(who.orElseThrow().id());
    boolean plain = plain(image, scope.get());
    if (plain
        && !self
        && links(who.get())
            .noneMatch(
                l ->
                    target(image, vch, l)
                        .filter(c -> c.id().equals(owner.get().id()))
                        .isPresent())) {
      return new Answer.Names(List.of());
    }
    var names = new ArrayList<String>();
    if (!plain && isLabel(scope.get().name())) {
      names.add(owner.get().name() + "." + scope.get().name());
    }
    names.add(owner.get().name());
    owner.get().on(scope.get().id()).ifPresent(e -> names.addAll(e.aliases()));
    return new Answer.Names(names.stream().distinct().toList());
  }

  private static List<Scope> places(Image image, Container self) {
    return self.endpoints().stream()
        .flatMap(e -> e.scope().flatMap(image::scope).stream())
        .toList();
  }

  /// On a plain default bridge a container goes by name for itself only.
  private static List<Container> owners(Image image, Container self, Scope scope, String name) {
    var owners = image.named(scope.id(), name);
    if (plain(image, scope)) {
      owners = owners.filter(c -> c.id().equals(self.id()));
    }
    var found = owners.toList();
    if (!found.isEmpty() || name.length() != 64 || plain(image, scope)) {
      return found;
    }
    return image
        .container(new ContainerId(name))
        .filter(c -> c.live() && c.on(scope.id()).isPresent())
        .stream()
        .toList();
  }

  private static boolean plain(Image image, Scope scope) {
    return scope.isDefault()
        && image.vch(scope.vch()).filter(v -> v.bridge().namesOnDefault()).isEmpty();
  }

  private static List<Ip> addresses(List<Container> owners, ScopeId scope, Family family) {
    return owners.stream()
        .flatMap(c -> c.on(scope).flatMap(e -> settled(e, family)).stream())
        .toList();
  }

  /// An address that is still being probed may be another host's.
  private static Optional<Ip> settled(Endpoint endpoint, Family family) {
    return endpoint.settled() ? endpoint.address(family).map(Cidr::address) : Optional.empty();
  }

  private static Stream<NameLink> links(Container self) {
    return Stream.concat(
        self.links().stream(), self.endpoints().stream().flatMap(e -> e.links().stream()));
  }

  /// A link gives its alias and, as Docker writes into the hosts file, the target's own names.
  private static boolean linked(Image image, VchId vch, NameLink link, String wanted) {
    if (wanted.equals(link.alias().toLowerCase(Locale.ROOT))
        || wanted.equals(link.target().toLowerCase(Locale.ROOT))) {
      return true;
    }
    return target(image, vch, link)
        .filter(
            c ->
                wanted.equals(c.name().toLowerCase(Locale.ROOT))
                    || wanted.equals(c.id().brief())
                    || wanted.equals(c.hostname().toLowerCase(Locale.ROOT)))
        .isPresent();
  }

  private static List<Ip> ofLink(Image image, Container self, NameLink link, Family family) {
    var target = target(image, self.vch(), link).filter(Container::live);
    if (target.isEmpty()) {
      return List.of();
    }
    return self.endpoints().stream()
        .flatMap(e -> e.scope().flatMap(target.get()::on).stream())
        .flatMap((Endpoint e) -> settled(e, family).stream())
        .limit(1)
        .toList();
  }

  private static Optional<Container> target(Image image, VchId vch, NameLink link) {
    var term = link.target().startsWith("/") ? link.target().substring(1) : link.target();
    return image
        .containerNamed(vch, term)
        .or(() -> image.container(new ContainerId(term)).filter(c -> c.vch().equals(vch)))
        .or(
            () ->
                term.isEmpty()
                    ? Optional.empty()
                    : image.containersWithPrefix(vch, term).findFirst());
  }

  /// A container of that name is on a scope of the asker's but does not run: the name is ours, and
  /// must not leak.
  private static boolean asleep(Image image, VchId vch, Container self, String wanted) {
    return image
        .containerNamed(vch, wanted)
        .filter(
            c ->
                places(image, self).stream()
                    .anyMatch(s -> !plain(image, s) && c.on(s.id()).isPresent()))
        .isPresent();
  }

  private static boolean isLabel(String name) {
    return name.chars()
        .allMatch(
            c -> c == '-' || c == '_' || c == '.' || (Character.isLetterOrDigit(c) && c < 128));
  }
}
