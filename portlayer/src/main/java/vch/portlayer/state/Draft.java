package vch.portlayer.state;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Volume;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.Vch;

/// The tables of an image while changes are applied to them; the tables themselves never change in
/// place. Lives within one call of [Image#after(List)].
final class Draft {
  Table<String, PortGroup> portGroups = Table.empty();
  Table<String, Vch> vchs = Table.empty();
  Table<String, Scope> scopes = Table.empty();
  Table<String, Container> containers = Table.empty();
  Table<String, Volume> volumes = Table.empty();
  Table<String, ImageTag> tags = Table.empty();
  Table<String, ImageNote> imageNotes = Table.empty();
  Table<String, AddressCursor> cursors = Table.empty();

  /// `vch/scope id`.
  Table<String, Scope> scopesOf = Table.empty();

  /// `vch/scope name`.
  Table<String, ScopeId> scopeNames = Table.empty();

  /// By the first address; the subnets of a VCH never overlap.
  Table<Keys.At, Scope> subnets = Table.empty();

  /// `vch/container id`.
  Table<String, Container> containersOf = Table.empty();

  /// `vch/container name`.
  Table<String, ContainerId> containerNames = Table.empty();

  /// `scope/container id`, live or not.
  Table<String, ContainerId> members = Table.empty();

  /// Addresses held, live or not.
  Table<Keys.At, Holder> addresses = Table.empty();

  /// `scope/name/container id` in lower case, of live members only.
  Table<String, ContainerId> names = Table.empty();

  /// Publications in force.
  Table<Keys.PortAt, Bound> ports = Table.empty();

  /// `vch/container id` of containers that ask for publications, live or not.
  Table<String, ContainerId> publishers = Table.empty();

  void apply(Change change) {
    switch (change) {
      case Change.PortGroupPut(var it) -> portGroups = portGroups.with(it.id().value(), it);
      case Change.PortGroupRemoved(var id) -> portGroups = portGroups.without(id.value());
      case Change.VchPut(var it) -> vchs = vchs.with(it.id().value(), it);
      case Change.VchRemoved(var id) -> vchs = vchs.without(id.value());
      case Change.ScopePut(var it) -> {
        scopes.get(it.id().value()).ifPresent(this::unlist);
        scopes = scopes.with(it.id().value(), it);
        list(it);
      }
      case Change.ScopeRemoved(var id) -> {
        scopes.get(id.value()).ifPresent(this::unlist);
        scopes = scopes.without(id.value());
        for (var family : Family.values()) {
          cursors = cursors.without(cursorKey(id, family));
        }
      }
      case Change.AddressCursorPut(var it) ->
          cursors = cursors.with(cursorKey(it.scope(), it.last().family()), it);
      case Change.ContainerPut(var it) -> put(it);
      case Change.ContainerRemoved(var id) -> {
        containers.get(id.value()).ifPresent(old -> unlist(old, Optional.empty()));
        containers = containers.without(id.value());
      }
      case Change.VolumePut(var it) -> volumes = volumes.with(Keys.of(it.vch(), it.name()), it);
      case Change.VolumeRemoved(var vch, var name) -> volumes = volumes.without(Keys.of(vch, name));
      case Change.TagPut(var it) -> tags = tags.with(Keys.of(it.vch(), it.reference()), it);
      case Change.TagRemoved(var vch, var reference) ->
          tags = tags.without(Keys.of(vch, reference));
      case Change.ImageNotePut(var it) ->
          imageNotes = imageNotes.with(Keys.of(it.vch(), it.image()), it);
      case Change.ImageNoteRemoved(var vch, var image) ->
          imageNotes = imageNotes.without(Keys.of(vch, image));
    }
  }

  static String cursorKey(ScopeId scope, Family family) {
    return Keys.of(scope, family.name());
  }

  private void list(Scope scope) {
    scopesOf = scopesOf.with(Keys.of(scope.vch(), scope.id().value()), scope);
    scopeNames = scopeNames.with(Keys.of(scope.vch(), scope.name()), scope.id());
    for (var s : scope.subnets()) {
      subnets = subnets.with(new Keys.At(scope.vch(), s.subnet().first()), scope);
    }
  }

  private void unlist(Scope scope) {
    scopesOf = scopesOf.without(Keys.of(scope.vch(), scope.id().value()));
    scopeNames = scopeNames.without(Keys.of(scope.vch(), scope.name()));
    for (var s : scope.subnets()) {
      subnets = subnets.without(new Keys.At(scope.vch(), s.subnet().first()));
    }
  }

  private void put(Container it) {
    var key = it.id().value();
    var old = containers.get(key);
    old.ifPresent(o -> unlist(o, Optional.of(it)));
    containers = containers.with(key, it);
    containersOf = containersOf.with(Keys.of(it.vch(), key), it);
    containerNames = containerNames.with(Keys.of(it.vch(), it.name()), it.id());
    if (!it.publish().isEmpty() || it.publishAll()) {
      publishers = publishers.with(Keys.of(it.vch(), key), it.id());
    }
    if (old.isEmpty() || !samePlaces(old.get(), it)) {
      for (var endpoint : it.endpoints()) {
        endpoint.scope().ifPresent(scope -> listPlace(it, endpoint, scope));
      }
    }
    if (it.live()) {
      for (var p : it.publications()) {
        if (p.direct()) {
          continue; // its ports are those of its own address
        }
        ports = ports.with(portKey(it, p), new Bound(it.id(), p));
      }
    }
  }

  private void listPlace(Container it, Endpoint endpoint, ScopeId scope) {
    members = members.with(Keys.of(scope, it.id().value()), it.id());
    for (var cidr : endpoint.addresses()) {
      addresses = addresses.with(new Keys.At(it.vch(), cidr.address()), new Holder(it.id(), scope));
    }
    if (it.live()) {
      for (var name : names(it, endpoint)) {
        names = names.with(Keys.of(scope, name + "/" + it.id().value()), it.id());
      }
    }
  }

  /// Takes the container out of the indexes; rows that `next` would put back unchanged stay.
  private void unlist(Container old, Optional<Container> next) {
    var key = old.id().value();
    if (next.isEmpty()) {
      containersOf = containersOf.without(Keys.of(old.vch(), key));
      publishers = publishers.without(Keys.of(old.vch(), key));
    }
    if (next.isEmpty() || !next.get().name().equals(old.name())) {
      containerNames = containerNames.without(Keys.of(old.vch(), old.name()));
    }
    if (next.isEmpty() || !samePlaces(old, next.get())) {
      for (var endpoint : old.endpoints()) {
        endpoint.scope().ifPresent(scope -> unlistPlace(old, endpoint, scope));
      }
    }
    if (old.live()) {
      for (var p : old.publications()) {
        var at = portKey(old, p);
        if (ports.get(at).filter(b -> b.container().equals(old.id())).isPresent()) {
          ports = ports.without(at);
        }
      }
    }
  }

  private void unlistPlace(Container old, Endpoint endpoint, ScopeId scope) {
    members = members.without(Keys.of(scope, old.id().value()));
    for (var cidr : endpoint.addresses()) {
      var at = new Keys.At(old.vch(), cidr.address());
      if (addresses.get(at).filter(h -> h.container().equals(old.id())).isPresent()) {
        addresses = addresses.without(at);
      }
    }
    for (var name : names(old, endpoint)) {
      names = names.without(Keys.of(scope, name + "/" + old.id().value()));
    }
  }

  /// True when places and names of both are the same, so that their rows need not be touched.
  private static boolean samePlaces(Container a, Container b) {
    return a.live() == b.live()
        && a.name().equals(b.name())
        && a.hostname().equals(b.hostname())
        && a.domainname().equals(b.domainname())
        && a.endpoints().equals(b.endpoints());
  }

  /// All names of a container on a scope: its own, its short id, its host name (with the domain
  /// too), its aliases there.
  private static Set<String> names(Container it, Endpoint endpoint) {
    var out = new TreeSet<String>();
    out.add(Keys.name(it.name()));
    out.add(it.id().brief());
    if (!it.hostname().isEmpty()) {
      out.add(Keys.name(it.hostname()));
      if (!it.domainname().isEmpty()) {
        out.add(Keys.name(it.hostname() + "." + it.domainname()));
      }
    }
    endpoint.aliases().forEach(a -> out.add(Keys.name(a)));
    return out;
  }

  private static Keys.PortAt portKey(Container it, Publication p) {
    return new Keys.PortAt(
        it.vch(), p.protocol(), p.hostIp().map(Ip::toString).orElse(""), p.host().first());
  }
}
