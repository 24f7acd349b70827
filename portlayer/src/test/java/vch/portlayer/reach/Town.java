package vch.portlayer.reach;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Range;
import vch.portlayer.container.Container;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.EndpointRequest;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.rule.World;
import vch.portlayer.rule.WorldRequests;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.vch.Vch;

/// A world with container networks, of which short questions are asked.
final class Town {
  final World world = new World();
  final Vch blue;
  final WorldRequests requests = new WorldRequests(world);
  private int made;

  Town() {
    blue = world.vch("blue");
  }

  private Town(String group) {
    blue = requests.joined(group, "blue");
  }

  /// All bridge scopes are on one segment, which is joined with a port group of kind bridge.
  static Town joined(String group) {
    return new Town(group);
  }

  /// A segment of kind bridge.
  PortGroupId lan(String name) {
    var id = new PortGroupId("0000000000a" + ++made);
    put(
        new Change.PortGroupPut(
            new PortGroup(
                id,
                name,
                new PortGroupKind.Bridge("br0"),
                "br0",
                Optional.empty(),
                blue.created())));
    return id;
  }

  /// @param gateway with the prefix length, as `10.2.0.1/16`
  Scope network(String name, PortGroupId lan, TrustLevel trust, String gateway, String... pools) {
    return network(blue, name, lan, trust, gateway, pools);
  }

  /// One whose addresses come by DHCP.
  Scope leased(String name, PortGroupId lan, TrustLevel trust) {
    return scope(blue, name, new ScopeKind.External(lan, trust, List.of(), List.of(), false));
  }

  /// The container's place on the network that has DHCP gets the address.
  void lease(Container container, String address, String... routers) {
    var place =
        ExternalRules.places(world.image, container).stream()
            .filter(e -> world.image.scope(e.scope().orElseThrow()).orElseThrow().leased())
            .findFirst()
            .orElseThrow();
    var lease =
        new Lease(
            Cidr.parse(address),
            Ip.parse("10.2.0.2"),
            Stream.of(routers).map(Ip::parse).toList(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            blue.created(),
            blue.created().plusSeconds(3600));
    world.decide(i -> ExternalRules.leased(i, container.id(), place.id(), lease));
  }

  Scope network(
      Vch vch, String name, PortGroupId lan, TrustLevel trust, String gateway, String... pools) {
    var via = Cidr.parse(gateway);
    var ranges = Stream.of(pools).map(Range::parse).toList();
    return scope(
        vch,
        name,
        new ScopeKind.External(lan, trust, ranges, List.of(), false),
        new SubnetConfig(via.subnet(), via.address(), Optional.empty(), Map.of(), true, true));
  }

  private Scope scope(Vch vch, String name, ScopeKind.External kind, SubnetConfig... subnets) {
    var scope =
        new Scope(
            new ScopeId(String.format(java.util.Locale.ROOT, "%02d", ++made).repeat(32)),
            vch.id(),
            name,
            kind,
            List.of(subnets),
            1500,
            true,
            false,
            false,
            false,
            Map.of(),
            Map.of(),
            vch.created(),
            Optional.empty());
    put(new Change.ScopePut(scope));
    return scope;
  }

  void put(Change change) {
    world.image = world.image.after(List.of(change));
  }

  EndpointRequest on(String network) {
    return requests.at(network);
  }

  Container run(String name, String network, String... further) {
    return run(world.create(blue, name, w -> w.on(all(network, further))));
  }

  /// @param host the host port that leads to port 80
  Container publishing(String name, int host, String network, String... further) {
    return run(world.create(blue, name, w -> w.on(all(network, further)).publish(host, 80)));
  }

  private EndpointRequest[] all(String network, String... further) {
    return Stream.concat(Stream.of(network), Stream.of(further))
        .map(this::on)
        .toArray(EndpointRequest[]::new);
  }

  /// Started, and alone with its addresses.
  Container run(Container container) {
    var running = world.start(container);
    ExternalRules.places(world.image, running)
        .forEach(e -> world.decide(i -> ExternalRules.settled(i, running.id(), e.id())));
    return world.container(running.id());
  }

  void stop(String name) {
    world.stop(ContainerRules.find(world.image, blue.id(), name));
  }

  Answer ask(String from, String to) {
    var question = Question.parse(world.image, blue, from, to);
    return Reach.ask(world.image, blue.id(), question.from(), question.to(), question.traffic());
  }

  Verdict verdict(String from, String to) {
    return ask(from, to).verdict();
  }

  /// The reasons of the best way, one a line.
  String why(String from, String to) {
    var answer = ask(from, to);
    var reasons = answer.paths().isEmpty() ? answer.why() : answer.paths().getFirst().reasons();
    return reasons.stream().map(ReasonText::of).collect(Collectors.joining("\n"));
  }

  /// The address that the best way is seen to come from.
  String seen(String from, String to) {
    return ask(from, to)
        .paths()
        .getFirst()
        .arrival()
        .flatMap(Arrival::seen)
        .map(Object::toString)
        .orElse("");
  }
}
