package vch.engine.desired;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import vch.engine.machine.MachineObject;
import vch.portlayer.state.Image;

/// What the image wants of the machine. Pure: the same image always gives the same objects in the
/// same order.
public final class Desired {
  private Desired() {}

  /// The objects wanted because of `owner`; none when the image does not have it.
  public static List<MachineObject> of(Image image, Owner owner) {
    return switch (owner) {
      case Owner.OfPortGroup(var id) ->
          image.portGroup(id).map(DesiredPortGroup::objects).orElse(List.of());
      case Owner.OfVch(var id) ->
          image.vch(id).map(v -> DesiredVch.objects(image, v)).orElse(List.of());
      case Owner.OfScope(var id) ->
          image.scope(id).map(s -> DesiredScope.objects(image, s)).orElse(List.of());
      case Owner.OfContainer(var id) ->
          image.container(id).map(c -> DesiredContainer.objects(image, c)).orElse(List.of());
    };
  }

  /// Everything wanted, by owner: port groups, VCHs, scopes, containers. Owners that want nothing
  /// are left out.
  public static SequencedMap<Owner, List<MachineObject>> all(Image image) {
    var out = new LinkedHashMap<Owner, List<MachineObject>>();
    image.portGroups().forEach(it -> add(out, image, new Owner.OfPortGroup(it.id())));
    image.vchs().forEach(it -> add(out, image, new Owner.OfVch(it.id())));
    image.scopes().forEach(it -> add(out, image, new Owner.OfScope(it.id())));
    image.containers().forEach(it -> add(out, image, new Owner.OfContainer(it.id())));
    return out;
  }

  private static void add(Map<Owner, List<MachineObject>> out, Image image, Owner owner) {
    var objects = of(image, owner);
    if (!objects.isEmpty()) {
      out.put(owner, objects);
    }
  }
}
