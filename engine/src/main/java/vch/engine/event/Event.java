package vch.engine.event;

import java.time.Instant;
import java.util.Map;
import vch.portlayer.vch.VchId;

/// Something happened in a VCH, in the words that people filter by.
///
/// @param type `container`, `image`, `network`, `volume`, `daemon`
/// @param action `create`, `start`, `die`, `connect`, …
/// @param actor id (or name, for volumes) of the thing
public record Event(
    VchId vch,
    String type,
    String action,
    String actor,
    Map<String, String> attributes,
    Instant at) {
  public Event {
    attributes = Map.copyOf(attributes);
  }
}
