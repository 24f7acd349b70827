package vch.engine.ledger;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import vch.portlayer.address.Family;
import vch.portlayer.container.Container;
import vch.portlayer.container.Volume;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.state.AddressCursor;
import vch.portlayer.state.Change;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Turns changes into rows and rows into changes. A row is an entity as it is now: kind, id, JSON.
final class EntityCodec {
  private final JsonMapper mapper = RecordJson.mapper();

  /// What a change does to rows.
  sealed interface RowChange {
    record Put(String kind, String id, String json) implements RowChange {}

    record Remove(String kind, String id) implements RowChange {}
  }

  /// A row that cannot be read. The message names it.
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  List<RowChange> rows(Change change) {
    return switch (change) {
      case Change.PortGroupPut(var it) -> put("portgroup", it.id().value(), it);
      case Change.PortGroupRemoved(var id) -> removed("portgroup", id.value());
      case Change.VchPut(var it) -> put("vch", it.id().value(), it);
      case Change.VchRemoved(var id) -> removed("vch", id.value());
      case Change.ScopePut(var it) -> put("scope", it.id().value(), it);
      case Change.ScopeRemoved(var id) ->
          List.of(
              new RowChange.Remove("scope", id.value()),
              new RowChange.Remove("cursor", cursor(id, Family.IPV4)),
              new RowChange.Remove("cursor", cursor(id, Family.IPV6)));
      case Change.AddressCursorPut(var it) ->
          put("cursor", cursor(it.scope(), it.last().family()), it);
      case Change.ContainerPut(var it) -> put("container", it.id().value(), it);
      case Change.ContainerRemoved(var id) -> removed("container", id.value());
      case Change.VolumePut(var it) -> put("volume", within(it.vch(), it.name()), it);
      case Change.VolumeRemoved(var vch, var name) -> removed("volume", within(vch, name));
      case Change.TagPut(var it) -> put("tag", within(it.vch(), it.reference()), it);
      case Change.TagRemoved(var vch, var reference) -> removed("tag", within(vch, reference));
      case Change.ImageNotePut(var it) -> put("imagenote", within(it.vch(), it.image()), it);
      case Change.ImageNoteRemoved(var vch, var image) -> removed("imagenote", within(vch, image));
    };
  }

  private static String cursor(ScopeId scope, Family family) {
    return scope + "/" + family.name();
  }

  private static String within(VchId vch, String name) {
    return vch + "/" + name;
  }

  private List<RowChange> put(String kind, String id, Object value) {
    return List.of(new RowChange.Put(kind, id, mapper.writeValueAsString(value)));
  }

  private static List<RowChange> removed(String kind, String id) {
    return List.of(new RowChange.Remove(kind, id));
  }

  Change read(String kind, String id, String json) throws Unreadable {
    try {
      return switch (kind) {
        case "portgroup" -> new Change.PortGroupPut(mapper.readValue(json, PortGroup.class));
        case "vch" -> new Change.VchPut(mapper.readValue(json, Vch.class));
        case "scope" -> new Change.ScopePut(mapper.readValue(json, Scope.class));
        case "cursor" -> new Change.AddressCursorPut(mapper.readValue(json, AddressCursor.class));
        case "container" -> new Change.ContainerPut(mapper.readValue(json, Container.class));
        case "volume" -> new Change.VolumePut(mapper.readValue(json, Volume.class));
        case "tag" -> new Change.TagPut(mapper.readValue(json, ImageTag.class));
        case "imagenote" -> new Change.ImageNotePut(mapper.readValue(json, ImageNote.class));
        default ->
            throw new Unreadable(
                "row " + kind + " " + id + " is of a kind that this version does not know");
      };
    } catch (JacksonException e) {
      throw new Unreadable("row " + kind + " " + id + " cannot be read: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw new Unreadable("row " + kind + " " + id + " cannot be read: " + e.getMessage());
    }
  }
}
