package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Rules of virtual container hosts. Wording is that of vic-machine where it has one.
public final class VchRules {
  /// Characters of a name.
  public static final int NAME_LENGTH_MAX = 31;

  private static final int MTU_MIN = 68;
  private static final int MTU_MAX = 65535;

  /// The default bridge and none.
  private static final int BUILTIN_SCOPES = 2;

  /// It is part of paths and host names, so VIC's space and brackets are not allowed.
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9 _.()-]*");

  private VchRules() {}

  /// All problems are collected and refused together, one a line, with suggestions.
  public static Decision<Vch> create(Image image, CreateVch command) {
    var problems = new ArrayList<String>();
    checkName(command.name(), problems);
    boolean taken = image.vchNamed(command.name()).isPresent();
    if (taken) {
      problems.add(
          "VCH \""
              + command.name()
              + "\" already exists; choose another --name or delete it first");
    }
    checkSettings(command, problems);
    var segments =
        new Segments(
            image,
            command.id(),
            command.newGroups(),
            command.newLinks(),
            command.machineRoutes(),
            command.at());
    var plan = new RolePlan(image, command, segments, problems);
    var groups = plan.groups();
    var bridge = plan.bridge(groups);
    var nics = plan.nics(groups);
    var vch =
        new Vch(
            command.id(),
            command.name(),
            command.at(),
            nics,
            bridge.map(PortGroup::id).orElse(new PortGroupId("")),
            command.bridge(),
            command.dnsServers(),
            command.tls(),
            command.insecureRegistries(),
            command.allowNetAdmin());
    var networks = containerNetworks(command, vch, bridge, segments, problems);
    var obstacles = Obstacles.of(vch, List.copyOf(groups.values()), List.of()).and(networks);
    var subnet = DefaultSubnet.of(command, obstacles, problems);
    checkHostIp(command, vch, problems);
    if (!problems.isEmpty()) {
      var text = String.join("\n", problems);
      throw taken && problems.size() == 1 ? new Refusal.Conflict(text) : new Refusal.Invalid(text);
    }
    var changes = new ArrayList<Change>();
    segments.made().forEach(g -> changes.add(new Change.PortGroupPut(g)));
    changes.add(new Change.VchPut(vch));
    changes.add(new Change.ScopePut(defaultBridge(command, subnet.orElseThrow())));
    changes.add(new Change.ScopePut(none(command)));
    networks.forEach(n -> changes.add(new Change.ScopePut(n)));
    return new Decision<>(changes, vch);
  }

  private static List<Scope> containerNetworks(
      CreateVch command,
      Vch vch,
      Optional<PortGroup> bridge,
      Segments segments,
      List<String> problems) {
    var named =
        command.roles().stream()
            .filter(r -> r.role() == Role.BRIDGE)
            .flatMap(r -> r.portGroup().stream())
            .findFirst();
    var plan =
        new ContainerNetworkPlan(
            vch,
            named.or(() -> bridge.map(PortGroup::name)).orElse(""),
            segments,
            List.of(),
            command.at(),
            problems);
    var ids = command.newScopes().listIterator(BUILTIN_SCOPES);
    return ContainerNetworkReader.read(command.containerNetworks(), Map.of(), false, problems)
        .stream()
        .map(w -> plan.add(w, ids.next()))
        .toList();
  }

  /// Without a public role there is another problem already.
  private static void checkHostIp(CreateVch command, Vch vch, List<String> problems) {
    var ip = command.defaultBridge().hostIp().filter(_ -> vch.nic(Role.PUBLIC).isPresent());
    try {
      ip.ifPresent(it -> Publishing.checkHostIp(vch, it));
    } catch (Refusal.Invalid e) {
      problems.add("ports of the default bridge cannot be where --ip says: " + e.getMessage());
    }
  }

  private static void checkName(String name, List<String> problems) {
    if (name.length() > NAME_LENGTH_MAX) {
      problems.add(
          "Display name "
              + name
              + " exceeds the permitted "
              + NAME_LENGTH_MAX
              + " characters limit. Please use a shorter --name parameter");
    }
    if (!NAME.matcher(name).matches()) {
      problems.add(
          "Display name \""
              + name
              + "\" contains unsupported characters: letters, digits, space, '-', '_', '.', '(' and ')' are allowed, and it begins"
              + " with a letter or digit");
    }
  }

  private static void checkSettings(CreateVch command, List<String> problems) {
    if (command.bridge().mtu() < MTU_MIN || command.bridge().mtu() > MTU_MAX) {
      problems.add("invalid MTU number: " + command.bridge().mtu());
    }
    if (!command.bridge().range().first().isIpv4()) {
      problems.add(
          "Error parsing bridge network ip range: "
              + command.bridge().range()
              + ". Range must be in CIDR format, e.g., 172.16.0.0/12");
    }
    checkDnsServers(command.dnsServers(), problems);
  }

  static void checkDnsServers(List<Ip> servers, List<String> problems) {
    for (var server : servers) {
      if (server.isUnspecified() || server.isMulticast()) {
        problems.add("Invalid DNS server specified: " + server);
      }
    }
  }

  private static Scope defaultBridge(CreateVch command, SubnetConfig subnet) {
    return new Scope(
        command.newScopes().get(0),
        command.id(),
        Scope.DEFAULT_NAME,
        new ScopeKind.Bridge(
            false,
            command.bridge().interContainer(),
            true,
            GatewayModes.TRANSLATING,
            command.defaultBridge().hostIp(),
            false,
            Optional.empty()),
        List.of(subnet),
        command.bridge().mtu(),
        true,
        true,
        false,
        false,
        Map.of(),
        Map.of(),
        command.at(),
        Optional.empty());
  }

  private static Scope none(CreateVch command) {
    return new Scope(
        command.newScopes().get(1),
        command.id(),
        "none",
        new ScopeKind.None(),
        List.of(),
        command.bridge().mtu(),
        true,
        false,
        false,
        false,
        Map.of(),
        Map.of(),
        command.at(),
        Optional.empty());
  }

  /// Changes container networks and name servers. All problems are collected and refused together,
  /// one a line, with suggestions.
  public static Decision<ConfigureVch.Configured> configure(Image image, ConfigureVch command) {
    return new Configuration(image, command).decide();
  }

  /// The lines of create about container networks, in the order of their names.
  public static List<String> containerNetworks(Image image, VchId vch) {
    return image
        .scopes(vch)
        .flatMap(
            s ->
                s
                    .external()
                    .map(
                        kind ->
                            ContainerNetworkText.sentence(
                                s,
                                image.portGroup(kind.portGroup()).map(PortGroup::name).orElse("")))
                    .stream())
        .sorted()
        .toList();
  }

  /// Removes the VCH with its scopes, containers, tags and volumes. Live containers refuse it
  /// unless `force`, which removes them too.
  public static Decision<Vch> delete(Image image, VchId id, boolean force) {
    var vch = image.vch(id).orElseThrow(() -> noSuch(image, id.value()));
    var live = image.containers(id).filter(Container::live).map(Container::name).sorted().toList();
    if (!live.isEmpty() && !force) {
      throw new Refusal.Conflict(
          "VCH \""
              + vch.name()
              + "\" has running containers: "
              + Texts.some(live)
              + "; stop them first, or use --force to delete them too");
    }
    var changes = new ArrayList<Change>();
    image.containers(id).forEach(c -> changes.add(new Change.ContainerRemoved(c.id())));
    image.volumes(id).forEach(v -> changes.add(new Change.VolumeRemoved(id, v.name())));
    image.tags(id).forEach(t -> changes.add(new Change.TagRemoved(id, t.reference())));
    image.imageNotes(id).forEach(n -> changes.add(new Change.ImageNoteRemoved(id, n.image())));
    image.scopes(id).forEach(s -> changes.add(new Change.ScopeRemoved(s.id())));
    changes.add(new Change.VchRemoved(id));
    image.portGroups().stream()
        .filter(g -> g.owner().equals(Optional.of(id)))
        .forEach(g -> changes.add(new Change.PortGroupRemoved(g.id())));
    return new Decision<>(changes, vch);
  }

  /// By exact name, else exact id.
  public static Vch find(Image image, String nameOrId) {
    return image
        .vchNamed(nameOrId)
        .or(() -> image.vch(new VchId(nameOrId)))
        .orElseThrow(() -> noSuch(image, nameOrId));
  }

  static Refusal noSuch(Image image, String nameOrId) {
    var known = image.vchs().stream().map(Vch::name).sorted().toList();
    return new Refusal.NotFound(
        "VCH \""
            + nameOrId
            + "\" not found"
            + (known.isEmpty() ? "; there are none" : "; there are: " + Texts.quoted(known)));
  }

  /// The lines of create about roles that share a NIC: `Network role client is sharing NIC with
  /// public`.
  public static List<String> sharing(Vch vch) {
    return vch.nics().stream()
        .flatMap(
            nic ->
                nic.roles().stream()
                    .sorted(Comparator.naturalOrder())
                    .skip(1)
                    .map(
                        role ->
                            "Network role "
                                + role.word()
                                + " is sharing NIC with "
                                + first(nic).word()))
        .toList();
  }

  /// The lines of create about a port group that bridge networks are joined with.
  public static List<String> joining(Image image, Vch vch) {
    var group = OutsideHosts.segment(image, vch);
    if (group.isEmpty()) {
      return List.of();
    }
    var out = new ArrayList<String>();
    out.add(
        "Bridge networks are joined with port group "
            + group.get().name()
            + ": hosts there reach a network whose auxiliary address (docker network create --aux-address) they have");
    OutsideHosts.joined(image, group.get().id()).stream()
        .filter(v -> !v.id().equals(vch.id()))
        .map(Vch::name)
        .sorted()
        .forEach(
            name ->
                out.add(
                    "Port group "
                        + group.get().name()
                        + " is joined with bridge networks of VCH "
                        + name
                        + ", too: they are kept apart, whatever their subnets are"));
    return List.copyOf(out);
  }

  private static Role first(Nic nic) {
    return nic.roles().stream().min(Comparator.naturalOrder()).orElseThrow();
  }
}
