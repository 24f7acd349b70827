package vch.api.docker.container;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import vch.api.docker.Filters;
import vch.api.http.Query;
import vch.engine.health.Health;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.port.Ports;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Which containers `GET /containers/json` shows, latest first.
///
/// @param limit 0: no limit
record ListQuery(boolean all, int limit, Filters filters) {
  private static final Set<String> KEYS =
      Set.of(
          "ancestor",
          "before",
          "exited",
          "expose",
          "health",
          "id",
          "is-task",
          "isolation", // of Windows; every container here is of the one kind that there is
          "label",
          "name",
          "network",
          "publish",
          "since",
          "status",
          "volume");
  private static final Set<String> STATUSES =
      Set.of("created", "restarting", "running", "removing", "paused", "exited", "dead");
  private static final Set<String> HEALTHS = Set.of("none", "starting", "healthy", "unhealthy");

  static ListQuery of(Query query) {
    var filters = Filters.parse(query.text("filters"), KEYS);
    known(filters, "status", STATUSES);
    for (var health : filters.get("health")) {
      if (!HEALTHS.contains(health)) {
        throw new Refusal.Invalid("Unrecognised filter value for health: " + health);
      }
    }
    filters.flag("is-task");
    for (var code : filters.get("exited")) {
      if (!code.matches("-?[0-9]{1,9}")) {
        throw new Refusal.Invalid("invalid filter 'exited=[" + code + "]'");
      }
    }
    filters.get("publish").forEach(p -> ports("publish", p));
    filters.get("expose").forEach(p -> ports("expose", p));
    return new ListQuery(
        query.flag("all") || filters.has("status"), query.number("limit").orElse(0), filters);
  }

  private static void known(Filters filters, String key, Set<String> words) {
    for (var value : filters.get(key)) {
      if (!words.contains(value)) {
        throw new Refusal.Invalid("invalid filter '" + key + "=[" + value + "]'");
      }
    }
  }

  /// @param health of those that have a check
  /// @param imageId id of the image that a reference names, if it is there
  List<Container> select(
      Image image,
      VchId vch,
      Function<String, Optional<String>> imageId,
      Function<Container, Optional<Health>> health) {
    var sorted =
        image
            .containers(vch)
            .sorted(
                Comparator.comparing(Container::created)
                    .reversed()
                    .thenComparing(c -> c.id().value()))
            .toList();
    var before = bound(image, vch, "before");
    var since = bound(image, vch, "since");
    var linking = sorted.stream().filter(c -> !c.links().isEmpty()).toList();
    var ancestors = filters.get("ancestor").stream().map(a -> imageId.apply(a).orElse(a)).toList();
    var out = new ArrayList<Container>();
    for (var c : sorted) {
      if (limit > 0 && out.size() == limit) {
        break;
      }
      if (since.filter(b -> b.id().equals(c.id())).isPresent()) {
        break;
      }
      boolean late = before.isPresent() && sorted.indexOf(c) <= sorted.indexOf(before.get());
      if (!late
          && shown(c)
          && filters.exact("health", health.apply(c).map(Status::word).orElse("none"))
          && named(image, linking, c)
          && placed(image, c)
          && ancestor(ancestors, c)) {
        out.add(c);
      }
    }
    return out;
  }

  private Optional<Container> bound(Image image, VchId vch, String key) {
    return filters.get(key).stream().map(term -> ContainerRules.find(image, vch, term)).findFirst();
  }

  private boolean shown(Container c) {
    boolean running = Status.running(c);
    if (!all && limit <= 0 && !running) {
      return false;
    }
    if (filters.has("exited")
        && (running
            || c.state().startedAt().isEmpty()
            || !filters.get("exited").contains(Integer.toString(c.state().exitCode())))) {
      return false;
    }
    return filters.exact("status", Status.word(c))
        && !filters.flag("is-task").orElse(false)
        && filters.labels("label", c.labels());
  }

  private boolean named(Image image, List<Container> linking, Container c) {
    return filters.pattern("id", c.id().value())
        && (!filters.has("name")
            || Links.names(image, linking, c).stream()
                .anyMatch(
                    n -> filters.pattern("name", n.substring(1)) || filters.pattern("name", n)));
  }

  private boolean placed(Image image, Container c) {
    boolean network =
        !filters.has("network") || filters.get("network").stream().anyMatch(n -> on(image, c, n));
    boolean volume =
        !filters.has("volume")
            || c.spec().mounts().stream()
                .anyMatch(
                    m ->
                        filters.get("volume").contains(m.target())
                            || shownSource(m).filter(filters.get("volume")::contains).isPresent());
    boolean publish =
        !filters.has("publish")
            || PortsView.of(image, c).rows().stream()
                .anyMatch(
                    row ->
                        row.bindings().stream()
                            .flatMap(b -> b.host().stream())
                            .anyMatch(
                                host -> among("publish", new Ports(host, row.ports().protocol()))));
    boolean expose =
        !filters.has("expose") // ports that are shown, so of those that run
            || PortsView.of(image, c).rows().stream().anyMatch(row -> among("expose", row.ports()));
    return network && volume && publish && expose;
  }

  /// What a mount is found by beside its place.
  private static Optional<String> shownSource(Mount mount) {
    return switch (mount.kind()) {
      case BIND, VOLUME -> Optional.of(mount.source());
      case IMAGE -> Optional.of(mount.imageRef());
      case TMPFS -> Optional.empty();
    };
  }

  /// @param network a name, or the beginning of an id
  private static boolean on(Image image, Container c, String network) {
    if (c.mode() instanceof NetworkMode.None) {
      return image
          .scopes(c.vch())
          .filter(s -> s.kind() instanceof ScopeKind.None)
          .anyMatch(s -> s.name().equals(network) || s.id().value().startsWith(network));
    }
    return c.endpoints().stream()
        .anyMatch(
            e ->
                e.network().equals(network)
                    || e.scope().filter(s -> s.value().startsWith(network)).isPresent());
  }

  private boolean among(String key, Ports some) {
    return filters.get(key).stream()
        .map(text -> ports(key, text))
        .anyMatch(p -> p.protocol() == some.protocol() && p.range().overlaps(some.range()));
  }

  /// `80`, `80/udp`, `8000-8010/tcp`.
  private static Ports ports(String key, String text) {
    return Ports.tryParse(text.indexOf('/') < 0 ? text + "/tcp" : text)
        .orElseThrow(() -> new Refusal.Invalid("invalid filter '" + key + "=[" + text + "]'"));
  }

  private static boolean ancestor(List<String> ancestors, Container c) {
    return ancestors.isEmpty()
        || ancestors.contains(c.spec().image())
        || ancestors.contains(c.spec().imageRef());
  }
}
