package vch.api.docker.system;

import java.util.List;
import java.util.Optional;
import vch.api.docker.Filters;
import vch.engine.event.Event;

/// Which events a client wants. The rules are those of moby's `daemon/events/filter.go`.
final class EventFilter {
  private static final List<String> TYPES =
      List.of(
          "daemon",
          "container",
          "plugin",
          "volume",
          "network",
          "node",
          "service",
          "secret",
          "config");
  private static final List<String> WITH_DETAIL =
      List.of("health_status", "exec_create", "exec_start");

  private final Filters filters;

  EventFilter(Filters filters) {
    this.filters = filters;
  }

  boolean test(Event event) {
    return action(event)
        && filters.exact("type", event.type())
        && filters.exact("scope", "local")
        && TYPES.stream().allMatch(type -> named(type, event))
        && image(event)
        && filters.labels("label", event.attributes());
  }

  /// The command of an exec is part of the action, so the word alone must do.
  private boolean action(Event event) {
    return filters.get("event").stream().anyMatch(WITH_DETAIL::contains)
        ? filters.prefix("event", event.action())
        : filters.exact("event", event.action());
  }

  private boolean named(String key, Event event) {
    return filters.prefix(key, event.actor())
        || Optional.ofNullable(event.attributes().get("name"))
            .filter(n -> filters.prefix(key, n))
            .isPresent();
  }

  private boolean image(Event event) {
    var name =
        Optional.ofNullable(event.attributes().get(event.type().equals("image") ? "name" : "image"))
            .orElse("");
    return filters.exact("image", event.actor())
        || filters.exact("image", name)
        || filters.exact("image", withoutTag(event.actor()))
        || filters.exact("image", withoutTag(name));
  }

  private static String withoutTag(String image) {
    int at = image.indexOf('@');
    var name = at < 0 ? image : image.substring(0, at);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
