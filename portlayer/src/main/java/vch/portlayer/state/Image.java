package vch.portlayer.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Volume;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// All that the daemon has been asked to be. Never changed in place. Copies share structure, so a
/// change costs the same with 10 containers and with 10,000; so do all look-ups by id, name,
/// address, port and membership.
public final class Image {
  public static final Image EMPTY = new Image(0, new Draft());

  private final long revision;
  private final Draft t; // never touched after construction

  private Image(long revision, Draft tables) {
    this.revision = revision;
    this.t = tables;
  }

  /// Counts change sets.
  public long revision() {
    return revision;
  }

  /// This image after one change set; the revision grows by one.
  public Image after(List<Change> changes) {
    var next = copy();
    changes.forEach(next::apply);
    return new Image(revision + 1, next);
  }

  /// True when the changes put something that is not here: they do not only go on with, end or
  /// remove what is.
  public boolean isGrownBy(List<Change> changes) {
    return changes.stream().anyMatch(this::isNew);
  }

  private boolean isNew(Change change) {
    return switch (change) {
      case Change.PortGroupPut(var it) -> portGroup(it.id()).isEmpty();
      case Change.VchPut(var it) -> vch(it.id()).isEmpty();
      case Change.ScopePut(var it) -> scope(it.id()).isEmpty();
      case Change.ContainerPut(var it) -> container(it.id()).isEmpty();
      case Change.VolumePut(var it) -> volume(it.vch(), it.name()).isEmpty();
      case Change.TagPut(var it) -> tag(it.vch(), it.reference()).isEmpty();
      case Change.ImageNotePut(var it) -> imageNote(it.vch(), it.image()).isEmpty();
      case Change.AddressCursorPut _,
          Change.PortGroupRemoved _,
          Change.VchRemoved _,
          Change.ScopeRemoved _,
          Change.ContainerRemoved _,
          Change.VolumeRemoved _,
          Change.TagRemoved _,
          Change.ImageNoteRemoved _ ->
          false;
    };
  }

  /// The same image under another revision, for a store that is read back.
  public Image at(long newRevision) {
    return new Image(newRevision, t);
  }

  /// The changes that make this image from [#EMPTY], for a snapshot.
  public List<Change> changes() {
    var out = new ArrayList<Change>();
    t.portGroups.values().forEach(it -> out.add(new Change.PortGroupPut(it)));
    t.vchs.values().forEach(it -> out.add(new Change.VchPut(it)));
    t.scopes.values().forEach(it -> out.add(new Change.ScopePut(it)));
    t.cursors.values().forEach(it -> out.add(new Change.AddressCursorPut(it)));
    t.containers.values().forEach(it -> out.add(new Change.ContainerPut(it)));
    t.volumes.values().forEach(it -> out.add(new Change.VolumePut(it)));
    t.tags.values().forEach(it -> out.add(new Change.TagPut(it)));
    t.imageNotes.values().forEach(it -> out.add(new Change.ImageNotePut(it)));
    return out;
  }

  private Draft copy() {
    var next = new Draft();
    next.portGroups = t.portGroups;
    next.vchs = t.vchs;
    next.scopes = t.scopes;
    next.containers = t.containers;
    next.volumes = t.volumes;
    next.tags = t.tags;
    next.imageNotes = t.imageNotes;
    next.cursors = t.cursors;
    next.scopesOf = t.scopesOf;
    next.scopeNames = t.scopeNames;
    next.subnets = t.subnets;
    next.containersOf = t.containersOf;
    next.containerNames = t.containerNames;
    next.members = t.members;
    next.addresses = t.addresses;
    next.names = t.names;
    next.ports = t.ports;
    next.publishers = t.publishers;
    return next;
  }

  public Collection<PortGroup> portGroups() {
    return t.portGroups.values();
  }

  public Optional<PortGroup> portGroup(PortGroupId id) {
    return t.portGroups.get(id.value());
  }

  public Optional<PortGroup> portGroupNamed(String name) {
    return t.portGroups.values().stream().filter(p -> p.name().equals(name)).findFirst();
  }

  public Collection<Vch> vchs() {
    return t.vchs.values();
  }

  public Optional<Vch> vch(VchId id) {
    return t.vchs.get(id.value());
  }

  public Optional<Vch> vchNamed(String name) {
    return t.vchs.values().stream().filter(v -> v.name().equals(name)).findFirst();
  }

  public Collection<Scope> scopes() {
    return t.scopes.values();
  }

  public Optional<Scope> scope(ScopeId id) {
    return t.scopes.get(id.value());
  }

  /// Scopes of one VCH, in the order of their ids.
  public Stream<Scope> scopes(VchId vch) {
    return within(t.scopesOf, vch.value());
  }

  /// Case matters, as in Docker.
  public Optional<Scope> scopeNamed(VchId vch, String name) {
    return t.scopeNames.get(Keys.of(vch, name)).flatMap(this::scope);
  }

  /// Scopes whose id begins with `prefix`.
  public Stream<Scope> scopesWithPrefix(VchId vch, String prefix) {
    return withPrefix(t.scopesOf, Keys.of(vch, prefix));
  }

  /// A scope of the VCH that has an address in common with `subnet`.
  public Optional<Scope> scopeOverlapping(VchId vch, Subnet subnet) {
    // Subnets of a VCH never overlap each other: only the last one that begins within, or before,
    // can reach in.
    return t.subnets
        .floor(new Keys.At(vch, subnet.last()))
        .filter(row -> row.key().vch().equals(vch) && row.value().overlapping(subnet).isPresent())
        .map(Table.Row::value);
  }

  /// The scope of the VCH that the address lies in.
  public Optional<Scope> scopeAround(VchId vch, Ip address) {
    return scopeOverlapping(vch, new Subnet(address, address.family().bits()));
  }

  /// Subnets of all scopes of the VCH, in the order of their addresses, IPv4 first.
  public Stream<Subnet> subnets(VchId vch) {
    var first = new Keys.At(vch, new Ip(Family.IPV4, 0, 0));
    var last = new Keys.At(vch, new Ip(Family.IPV6, -1L, -1L));
    return t.subnets
        .between(first, last)
        .map(
            row ->
                row.value().subnets().stream()
                    .filter(s -> s.subnet().first().equals(row.key().address()))
                    .findFirst())
        .flatMap(Optional::stream)
        .map(s -> s.subnet());
  }

  /// The address that was handed out last in the scope.
  public Optional<Ip> addressCursor(ScopeId scope, Family family) {
    return t.cursors.get(Draft.cursorKey(scope, family)).map(AddressCursor::last);
  }

  public Collection<AddressCursor> addressCursors() {
    return t.cursors.values();
  }

  public Collection<Container> containers() {
    return t.containers.values();
  }

  public Optional<Container> container(ContainerId id) {
    return t.containers.get(id.value());
  }

  /// Containers of one VCH, in the order of their ids.
  public Stream<Container> containers(VchId vch) {
    return within(t.containersOf, vch.value());
  }

  /// By its exact name, without `/`.
  public Optional<Container> containerNamed(VchId vch, String name) {
    return t.containerNames.get(Keys.of(vch, name)).flatMap(this::container);
  }

  /// Containers whose id begins with `prefix`.
  public Stream<Container> containersWithPrefix(VchId vch, String prefix) {
    return withPrefix(t.containersOf, Keys.of(vch, prefix));
  }

  /// Containers of the VCH that ask for publications, live or not.
  public Stream<Container> publishers(VchId vch) {
    return within(t.publishers, vch.value()).map(this::container).flatMap(Optional::stream);
  }

  /// Containers with a place on the scope, live or not.
  public Stream<Container> members(ScopeId scope) {
    return within(t.members, scope.value()).map(this::container).flatMap(Optional::stream);
  }

  /// Live members of the scope that go by `name` there (any case): container name, short id, host
  /// name, alias.
  public Stream<Container> named(ScopeId scope, String name) {
    return within(t.names, Keys.of(scope, Keys.name(name)))
        .map(this::container)
        .flatMap(Optional::stream);
  }

  /// Who holds the address within the VCH, live or not.
  public Optional<Holder> holder(VchId vch, Ip address) {
    return t.addresses.get(new Keys.At(vch, address));
  }

  /// Addresses held within the VCH, in order, from `from` on; it goes on past the end of a scope or
  /// family.
  public Iterator<Ip> held(VchId vch, Ip from) {
    var rows = t.addresses.from(new Keys.At(vch, from));
    return Stream.generate(() -> rows)
        .takeWhile(Iterator::hasNext)
        .map(Iterator::next)
        .takeWhile(r -> r.key().vch().equals(vch))
        .map(r -> r.key().address())
        .iterator();
  }

  /// A publication in force that claims one of these ports; `hostIp` empty means all addresses.
  /// Costs the logarithm of the number of publications, whatever the size of the range.
  public Optional<Bound> bound(VchId vch, Protocol protocol, Optional<Ip> hostIp, PortRange ports) {
    var at = new Keys.PortAt(vch, protocol, "", 0);
    if (hostIp.isPresent() && !hostIp.get().isUnspecified()) {
      var any = new Ip(hostIp.get().family(), 0, 0);
      return bound(at, ports)
          .or(() -> bound(new Keys.PortAt(vch, protocol, any.toString(), 0), ports))
          .or(() -> bound(new Keys.PortAt(vch, protocol, hostIp.get().toString(), 0), ports));
    }
    // All addresses: look into each group of publications that have one host address.
    var rows = t.ports.from(at);
    while (rows.hasNext()) {
      var group = rows.next().key();
      if (!group.vch().equals(vch) || group.protocol() != protocol) {
        return Optional.empty();
      }
      var found = bound(group, ports);
      if (found.isPresent() && Publication.meet(hostIp, found.get().publication().hostIp())) {
        return found;
      }
      rows = t.ports.from(new Keys.PortAt(vch, protocol, group.host(), Integer.MAX_VALUE));
    }
    return Optional.empty();
  }

  private Optional<Bound> bound(Keys.PortAt group, PortRange ports) {
    return t.ports
        .floor(new Keys.PortAt(group.vch(), group.protocol(), group.host(), ports.last()))
        .filter(
            row -> row.key().sameHost(group) && row.value().publication().host().overlaps(ports))
        .map(Table.Row::value);
  }

  public Stream<Volume> volumes(VchId vch) {
    return within(t.volumes, vch.value());
  }

  public Optional<Volume> volume(VchId vch, String name) {
    return t.volumes.get(Keys.of(vch, name));
  }

  public Stream<ImageTag> tags(VchId vch) {
    return within(t.tags, vch.value());
  }

  public Collection<ImageTag> tags() {
    return t.tags.values();
  }

  public Optional<ImageTag> tag(VchId vch, String reference) {
    return t.tags.get(Keys.of(vch, reference));
  }

  public Stream<ImageNote> imageNotes(VchId vch) {
    return within(t.imageNotes, vch.value());
  }

  /// @param image its id
  public Optional<ImageNote> imageNote(VchId vch, String image) {
    return t.imageNotes.get(Keys.of(vch, image));
  }

  private static <V> Stream<V> within(Table<String, V> table, String owner) {
    return table.between(Keys.first(owner), Keys.end(owner)).map(Table.Row::value);
  }

  private static <V> Stream<V> withPrefix(Table<String, V> table, String prefix) {
    return table.between(prefix, Keys.afterPrefix(prefix)).map(Table.Row::value);
  }
}
