package vch.services.dns;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import vch.engine.fake.Samples;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.EndpointId;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Resolver;
import vch.portlayer.port.PortSet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// An image whose containers live at loopback addresses, so that a test can ask from there: network
/// `net` is 127.1.0.0/16, network `in` (internal) 127.2.0.0/16. Put together without the rules,
/// which refuse such subnets.
final class Town {
  static final VchId VCH = new VchId("aaaaaaaaaaaa");
  static final ScopeId NET = new ScopeId("1".repeat(64));
  static final ScopeId IN = new ScopeId("2".repeat(64));

  static final ScopeId LAN = new ScopeId("3".repeat(64));

  volatile Image image = Image.EMPTY;
  private int count;

  Town(Ip... dnsServers) {
    change(
        new Change.VchPut(
            new Vch(
                VCH,
                "blue",
                Instant.EPOCH,
                List.of(),
                new PortGroupId("g"),
                BridgeSettings.DEFAULT,
                List.of(dnsServers),
                TlsMode.VERIFY,
                List.of(),
                false)));
    change(new Change.ScopePut(scope(NET, "net", "127.1.0.0/16", false)));
    change(new Change.ScopePut(scope(IN, "in", "127.2.0.0/16", true)));
  }

  void change(Change... changes) {
    image = image.after(List.of(changes));
  }

  private static Scope scope(ScopeId id, String name, String subnet, boolean internal) {
    return scope(id, name, subnet, new ScopeKind.Bridge(internal, true, true));
  }

  private static Scope scope(ScopeId id, String name, String subnet, ScopeKind kind) {
    var net = Subnet.parse(subnet);
    var config =
        new SubnetConfig(net, net.first().plus(1), Optional.empty(), Map.of(), true, false);
    return new Scope(
        id,
        VCH,
        name,
        kind,
        List.of(config),
        1500,
        false,
        false,
        false,
        false,
        Map.of(),
        Map.of(),
        Instant.EPOCH,
        Optional.empty());
  }

  /// Adds container network `lan`, 127.3.0.0/16.
  void lan(TrustLevel trust, Ip... dns) {
    var kind = new ScopeKind.External(new PortGroupId("g"), trust, List.of(), List.of(dns), false);
    change(new Change.ScopePut(scope(LAN, "lan", "127.3.0.0/16", kind)));
  }

  Container run(String name, String address, String... aliases) {
    return run(name, address, Resolver.NONE, aliases);
  }

  Container run(String name, String address, Resolver resolver, String... aliases) {
    return run(name, List.of(address), resolver, aliases);
  }

  Container run(String name, List<String> addresses, Resolver resolver, String... aliases) {
    var id = String.format(Locale.ROOT, "%012x", ++count) + "0".repeat(52);
    var endpoints = new ArrayList<Endpoint>();
    for (var address : addresses) {
      endpoints.add(endpoint(address, endpoints.size(), List.of(aliases)));
    }
    var container =
        new Container(
            new ContainerId(id),
            VCH,
            name,
            Instant.EPOCH,
            "",
            "",
            new NetworkMode.Scoped(endpoints.getFirst().network()),
            endpoints,
            List.of(),
            PortSet.EMPTY,
            false,
            List.of(),
            List.of(),
            resolver,
            Map.of(),
            Samples.spec(),
            ContainerState.NEW.starting().running(5, Instant.EPOCH),
            "");
    change(new Change.ContainerPut(container));
    return container;
  }

  private Endpoint endpoint(String address, int ordinal, List<String> aliases) {
    var scope = address.startsWith("127.1.") ? NET : address.startsWith("127.2.") ? IN : LAN;
    return new Endpoint(
        new EndpointId(String.format(Locale.ROOT, "%012x%052x", count, ordinal)),
        image.scope(scope).orElseThrow().name(),
        Optional.of(scope),
        List.of(),
        List.of(),
        List.of(Cidr.parse(address + "/16")),
        new Mac(count),
        false,
        aliases,
        List.of(),
        0,
        ordinal,
        Optional.empty(),
        Map.of(),
        Map.of(),
        true,
        Optional.empty());
  }

  /// The container's process ends.
  Container end(Container it) {
    var ended = it.with(it.state().with(Phase.EXITED));
    change(new Change.ContainerPut(ended));
    return ended;
  }

  /// The next run begins.
  Container again(Container it) {
    var next = it.with(it.state().starting().running(6, Instant.EPOCH));
    change(new Change.ContainerPut(next));
    return next;
  }

  List<String> many(String alias, int howMany) {
    var out = new ArrayList<String>();
    for (int i = 0; i < howMany; i++) {
      var address = "127.1.9." + (i + 1);
      run("m" + i, address, alias);
      out.add(address);
    }
    return out;
  }
}
