package vch.engine.desired;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import vch.portlayer.address.Family;
import vch.portlayer.container.ContainerId;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Which owners a change set may give other objects. May name too many, never too few: [Desired] of
/// an owner that is not named is the same before and after.
public final class Touched {
  private final Image before;
  private final Image after;
  private final SequencedSet<Owner> owners = new LinkedHashSet<>();

  private Touched(Image before, Image after) {
    this.before = before;
    this.after = after;
  }

  public static SequencedSet<Owner> owners(Image before, Image after, Collection<Change> changes) {
    var touched = new Touched(before, after);
    changes.forEach(touched::add);
    return touched.owners;
  }

  private void add(Change change) {
    switch (change) {
      case Change.PortGroupPut(var it) -> portGroup(it.id());
      case Change.PortGroupRemoved(var id) -> portGroup(id);
      case Change.VchPut(var it) -> vch(it.id());
      case Change.VchRemoved(var id) -> vch(id);
      case Change.ScopePut(var it) -> scope(it.id());
      case Change.ScopeRemoved(var id) -> scope(id);
      case Change.ContainerPut(var it) -> container(it.id());
      case Change.ContainerRemoved(var id) -> container(id);
      case Change.VolumePut _,
          Change.VolumeRemoved _,
          Change.TagPut _,
          Change.TagRemoved _,
          Change.ImageNotePut _,
          Change.ImageNoteRemoved _,
          Change.AddressCursorPut _ -> {} // no network
    }
  }

  /// The container, and those that let it in because it is a live member of their network.
  private void container(ContainerId id) {
    owners.add(new Owner.OfContainer(id));
    for (var image : List.of(before, after)) {
      image.container(id).stream()
          .flatMap(c -> c.endpoints().stream())
          .flatMap(e -> e.scope().flatMap(image::scope).stream())
          .filter(Touched::admitsMembers)
          .flatMap(s -> image.members(s.id()))
          .forEach(c -> owners.add(new Owner.OfContainer(c.id())));
    }
  }

  private static boolean admitsMembers(Scope scope) {
    return scope
        .external()
        .filter(
            kind ->
                Arrays.stream(Family.values()).anyMatch(f -> ContainerTable.admitsMembers(kind, f)))
        .isPresent();
  }

  /// The bridge, and the NICs plugged into it.
  private void portGroup(PortGroupId id) {
    owners.add(new Owner.OfPortGroup(id));
    for (var image : List.of(before, after)) {
      image.vchs().stream()
          .filter(
              v ->
                  v.bridgeGroup().equals(id)
                      || v.nics().stream().anyMatch(n -> n.portGroup().equals(id)))
          .forEach(v -> owners.add(new Owner.OfVch(v.id())));
    }
  }

  /// The endpoint namespace and, where it comes or goes, all that lives in it.
  private void vch(VchId id) {
    owners.add(new Owner.OfVch(id));
    if (before.vch(id).isPresent() == after.vch(id).isPresent()) {
      return; // scopes and containers take nothing else from it
    }
    for (var image : List.of(before, after)) {
      image.scopes(id).forEach(s -> owners.add(new Owner.OfScope(s.id())));
      image.containers(id).forEach(c -> owners.add(new Owner.OfContainer(c.id())));
    }
  }

  /// The segment, and the members that take gateway, MTU and switches from it.
  private void scope(ScopeId id) {
    owners.add(new Owner.OfScope(id));
    for (var image : List.of(before, after)) {
      image.members(id).forEach(c -> owners.add(new Owner.OfContainer(c.id())));
    }
  }
}
