package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import vch.portlayer.container.Container;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;

/// Works out what `vch configure` changes. Problems are collected and refused together.
final class Configuration {
  private final Image image;
  private final ConfigureVch command;
  private final Vch vch;
  private final Segments segments;
  private final List<String> problems = new ArrayList<>();
  private final List<String> impact = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();

  Configuration(Image image, ConfigureVch command) {
    this.image = image;
    this.command = command;
    this.vch =
        image.vch(command.vch()).orElseThrow(() -> VchRules.noSuch(image, command.vch().value()));
    this.segments =
        new Segments(
            image,
            vch.id(),
            command.newGroups(),
            command.newLinks(),
            command.machineRoutes(),
            command.at());
  }

  Decision<ConfigureVch.Configured> decide() {
    dnsServers();
    containerNetworks();
    if (problems.isEmpty()) {
      checkCapabilities();
    }
    if (!problems.isEmpty()) {
      throw new Refusal.Invalid(String.join("\n", problems));
    }
    return new Decision<>(changes, new ConfigureVch.Configured(vch.id(), impact));
  }

  private void dnsServers() {
    if (command.dnsServers().isEmpty() || command.dnsServers().get().equals(vch.dnsServers())) {
      return;
    }
    var next = command.dnsServers().get();
    VchRules.checkDnsServers(next, problems);
    changes.add(new Change.VchPut(vch.withDnsServers(next)));
    impact.add(
        "Name servers of the VCH are "
            + servers(next)
            + " instead of "
            + servers(vch.dnsServers())
            + ", at once.");
  }

  private static String servers(List<?> servers) {
    return servers.isEmpty() ? "those of the machine" : Texts.listed(servers);
  }

  private void containerNetworks() {
    var there = new TreeMap<String, Scope>();
    image
        .scopes(vch.id())
        .filter(s -> s.external().isPresent())
        .forEach(s -> there.put(s.name(), s));
    command.removed().forEach(name -> remove(name, there));
    var groups = new LinkedHashMap<String, String>();
    there.forEach((name, scope) -> groups.put(name, portGroup(scope)));
    var wishes =
        ContainerNetworkReader.read(command.containerNetworks(), groups, true, problems).stream()
            .filter(w -> !there.containsKey(w.name()) || !w.silent())
            .toList();
    var plan = plan(there, wishes);
    var ids = command.newScopes().iterator();
    for (var wish : wishes) {
      var old = Optional.ofNullable(there.get(wish.name()));
      var next = old.map(o -> plan.change(wish, o)).orElseGet(() -> plan.add(wish, ids.next()));
      if (!old.equals(Optional.of(next))) {
        old.ifPresentOrElse(o -> changed(o, next), () -> added(next));
        changes.add(new Change.ScopePut(next));
      }
    }
    segments.made().forEach(g -> changes.addFirst(new Change.PortGroupPut(g)));
  }

  private ContainerNetworkPlan plan(Map<String, Scope> there, List<ContainerNetworkWish> wishes) {
    var spoken = wishes.stream().map(ContainerNetworkWish::name).toList();
    var others =
        image
            .scopes(vch.id())
            .filter(s -> s.external().isEmpty() || kept(s, there, spoken))
            .toList();
    var bridge = image.portGroup(vch.bridgeGroup()).map(PortGroup::name).orElse("");
    return new ContainerNetworkPlan(vch, bridge, segments, others, command.at(), problems);
  }

  private static boolean kept(Scope scope, Map<String, Scope> there, List<String> spoken) {
    return there.containsKey(scope.name()) && !spoken.contains(scope.name());
  }

  private String portGroup(Scope scope) {
    return scope
        .external()
        .flatMap(kind -> image.portGroup(kind.portGroup()))
        .map(PortGroup::name)
        .orElse("");
  }

  private void remove(String term, Map<String, Scope> there) {
    var found =
        there.values().stream()
            .filter(s -> portGroup(s).equals(term))
            .findFirst()
            .or(() -> Optional.ofNullable(there.get(term)));
    if (found.isEmpty()) {
      problems.add(
          "Container network "
              + term
              + " cannot be removed: VCH \""
              + vch.name()
              + "\" has none of that name"
              + (there.isEmpty() ? "" : "; it has " + String.join(", ", there.keySet())));
      return;
    }
    var scope = found.get();
    var members = image.members(scope.id()).map(Container::name).sorted().toList();
    if (!members.isEmpty()) {
      problems.add(
          "Container network "
              + scope.name()
              + " cannot be removed: containers have a place on it: "
              + Texts.some(members)
              + "; remove or disconnect them first");
      return;
    }
    there.remove(scope.name());
    changes.add(new Change.ScopeRemoved(scope.id()));
    impact.add("Container network " + scope.name() + " is removed.");
  }

  private void added(Scope scope) {
    var name =
        scope.kind() instanceof ScopeKind.External kind
            ? Stream.concat(image.portGroups().stream(), segments.made().stream())
                .filter(g -> g.id().equals(kind.portGroup()))
                .map(PortGroup::name)
                .findFirst()
                .orElse("")
            : "";
    impact.add(ContainerNetworkText.sentence(scope, name) + ": new.");
  }

  private void changed(Scope old, Scope next) {
    var difference = new ContainerNetworkDifference(image, old, next);
    problems.addAll(difference.problems());
    impact.addAll(difference.impact());
    changes.addAll(difference.published());
  }

  /// A container that got its capabilities on an open network keeps it so.
  private void checkCapabilities() {
    boolean narrower =
        changes.stream()
            .anyMatch(
                c ->
                    c instanceof Change.ScopePut(var next)
                        && image.scope(next.id()).filter(Configuration::open).isPresent()
                        && !open(next));
    if (!narrower) {
      return;
    }
    var after = image.after(changes);
    after
        .containers(vch.id())
        .forEach(
            c -> {
              try {
                ExternalRules.checkCapabilities(after, vch, c);
              } catch (Refusal e) {
                problems.add(e.getMessage());
              }
            });
  }

  private static boolean open(Scope scope) {
    return scope.external().filter(kind -> kind.trust() == TrustLevel.OPEN).isPresent();
  }
}
