package vch.portlayer.state;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Volume;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// All that the daemon has been asked to be. Never changed in place. Copies share structure, so a change costs the same
/// with 10 containers and with 10,000.
public final class Image {
  public static final Image EMPTY =
      new Image(0, Table.empty(), Table.empty(), Table.empty(), Table.empty(), Table.empty(), Table.empty());

  private final long revision;
  private final Table<String, PortGroup> portGroups;
  private final Table<String, Vch> vchs;
  private final Table<String, Scope> scopes;
  private final Table<String, Container> containers;
  private final Table<String, Volume> volumes;
  private final Table<String, ImageTag> tags;

  private Image(
      long revision,
      Table<String, PortGroup> portGroups,
      Table<String, Vch> vchs,
      Table<String, Scope> scopes,
      Table<String, Container> containers,
      Table<String, Volume> volumes,
      Table<String, ImageTag> tags) {
    this.revision = revision;
    this.portGroups = portGroups;
    this.vchs = vchs;
    this.scopes = scopes;
    this.containers = containers;
    this.volumes = volumes;
    this.tags = tags;
  }

  /// Counts change sets.
  public long revision() {
    return revision;
  }

  /// This image after one change set; the revision grows by one.
  public Image after(List<Change> changes) {
    var next = this;
    for (var change : changes) {
      next = next.after(change);
    }
    return new Image(
        revision + 1, next.portGroups, next.vchs, next.scopes, next.containers, next.volumes, next.tags);
  }

  /// The same image under another revision, for a store that is read back.
  public Image at(long newRevision) {
    return new Image(newRevision, portGroups, vchs, scopes, containers, volumes, tags);
  }

  private Image after(Change change) {
    var pg = portGroups;
    var v = vchs;
    var s = scopes;
    var c = containers;
    var vol = volumes;
    var t = tags;
    switch (change) {
      case Change.PortGroupPut(var it) -> pg = pg.with(it.id().value(), it);
      case Change.PortGroupRemoved(var id) -> pg = pg.without(id.value());
      case Change.VchPut(var it) -> v = v.with(it.id().value(), it);
      case Change.VchRemoved(var id) -> v = v.without(id.value());
      case Change.ScopePut(var it) -> s = s.with(it.id().value(), it);
      case Change.ScopeRemoved(var id) -> s = s.without(id.value());
      case Change.ContainerPut(var it) -> c = c.with(it.id().value(), it);
      case Change.ContainerRemoved(var id) -> c = c.without(id.value());
      case Change.VolumePut(var it) -> vol = vol.with(volumeKey(it.vch(), it.name()), it);
      case Change.VolumeRemoved(var vch, var name) -> vol = vol.without(volumeKey(vch, name));
      case Change.TagPut(var it) -> t = t.with(volumeKey(it.vch(), it.reference()), it);
      case Change.TagRemoved(var vch, var reference) -> t = t.without(volumeKey(vch, reference));
    }
    return new Image(revision, pg, v, s, c, vol, t);
  }

  private static String volumeKey(VchId vch, String name) {
    return vch.value() + "/" + name;
  }

  public Collection<PortGroup> portGroups() {
    return portGroups.values();
  }

  public Optional<PortGroup> portGroup(PortGroupId id) {
    return portGroups.get(id.value());
  }

  public Optional<PortGroup> portGroupNamed(String name) {
    return portGroups.values().stream().filter(p -> p.name().equals(name)).findFirst();
  }

  public Collection<Vch> vchs() {
    return vchs.values();
  }

  public Optional<Vch> vch(VchId id) {
    return vchs.get(id.value());
  }

  public Optional<Vch> vchNamed(String name) {
    return vchs.values().stream().filter(v -> v.name().equals(name)).findFirst();
  }

  public Collection<Scope> scopes() {
    return scopes.values();
  }

  public Optional<Scope> scope(ScopeId id) {
    return scopes.get(id.value());
  }

  /// Scopes of one VCH.
  public Stream<Scope> scopes(VchId vch) {
    return scopes.values().stream().filter(s -> s.vch().equals(vch));
  }

  public Collection<Container> containers() {
    return containers.values();
  }

  public Optional<Container> container(ContainerId id) {
    return containers.get(id.value());
  }

  /// Containers of one VCH.
  public Stream<Container> containers(VchId vch) {
    return containers.values().stream().filter(c -> c.vch().equals(vch));
  }

  /// Containers with a place on the scope.
  public Stream<Container> members(ScopeId scope) {
    return containers.values().stream().filter(c -> c.on(scope).isPresent());
  }

  public Stream<Volume> volumes(VchId vch) {
    return within(volumes.view(), vch);
  }

  public Optional<Volume> volume(VchId vch, String name) {
    return volumes.get(volumeKey(vch, name));
  }

  public Stream<ImageTag> tags(VchId vch) {
    return within(tags.view(), vch);
  }

  public Collection<ImageTag> tags() {
    return tags.values();
  }

  public Optional<ImageTag> tag(VchId vch, String reference) {
    return tags.get(volumeKey(vch, reference));
  }

  private static <V> Stream<V> within(SortedMap<String, V> all, VchId vch) {
    return all.subMap(vch.value() + "/", vch.value() + "0").values().stream(); // '0' follows '/'
  }
}
