package vch.api.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Phase;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;

/// VCHs and port groups as the command line shows them. Field names are part of the interface.
final class Views {
  static final List<Map.Entry<String, String>> VCH_COLUMNS =
      List.of(
          Map.entry("ID", ".ID"),
          Map.entry("NAME", ".Name"),
          Map.entry("STATUS", ".Status"),
          Map.entry("PUBLIC", ".Public.Address"),
          Map.entry("DOCKER", ".DockerHost"),
          Map.entry("CONTAINERS", ".Containers"));

  static final List<Map.Entry<String, String>> PORT_GROUP_COLUMNS =
      List.of(
          Map.entry("ID", ".ID"),
          Map.entry("NAME", ".Name"),
          Map.entry("KIND", ".Kind"),
          Map.entry("LINK", ".Link"),
          Map.entry("SUBNET", ".Subnet"),
          Map.entry("VCH", ".VCH"));

  private Views() {}

  static Map<String, Object> vch(Image image, Vch vch, Hosting hosting) {
    var out = new LinkedHashMap<String, Object>();
    var client = address(vch, Role.CLIENT);
    long running =
        image.containers(vch.id()).filter(c -> c.state().phase() == Phase.RUNNING).count();
    long all = image.containers(vch.id()).count();
    out.put("ID", vch.id().value());
    out.put("Name", vch.name());
    out.put("Status", hosting.problem(vch.id()).orElse("running"));
    out.put("Created", vch.created().toString());
    out.put("Public", role(image, vch, Role.PUBLIC));
    out.put("Client", role(image, vch, Role.CLIENT));
    out.put("Management", role(image, vch, Role.MANAGEMENT));
    var bridge = new LinkedHashMap<String, Object>();
    bridge.put("Network", image.portGroup(vch.bridgeGroup()).map(PortGroup::name).orElse(""));
    bridge.put("Range", vch.bridge().range().toString());
    bridge.put("Width", vch.bridge().width());
    bridge.put("Isolation", vch.bridge().shared() ? "shared" : "own");
    bridge.put("MTU", vch.bridge().mtu());
    bridge.put("Names", vch.bridge().namesOnDefault());
    bridge.put("ICC", vch.bridge().interContainer());
    out.put("Bridge", bridge);
    out.put(
        "ContainerNetworks",
        ContainerNetworkViews.of(image, vch).map(ContainerNetworkViews.View::fields).toList());
    out.put("DNSServers", vch.dnsServers().stream().map(Ip::toString).toList());
    out.put("InsecureRegistries", vch.insecureRegistries());
    out.put(
        "TLS",
        vch.tls() == TlsMode.VERIFY
            ? "verify"
            : vch.tls() == TlsMode.NO_VERIFY ? "noverify" : "none");
    out.put("DockerHost", client.isEmpty() ? "" : client + ":" + vch.tls().port());
    out.put("DockerSocket", hosting.dockerSocket(vch).toString());
    out.put(
        "CertPath", vch.tls() == TlsMode.NONE ? "" : hosting.clientCertificates(vch).toString());
    out.put("Containers", running + "/" + all);
    return out;
  }

  private static String address(Vch vch, Role role) {
    return vch.address(role).map(c -> c.address().toString()).orElse("");
  }

  private static Map<String, Object> role(Image image, Vch vch, Role role) {
    var out = new LinkedHashMap<String, Object>();
    var nic = vch.nic(role);
    out.put(
        "Network",
        nic.flatMap(n -> image.portGroup(n.portGroup())).map(PortGroup::name).orElse(""));
    out.put("Address", address(vch, role));
    out.put("Subnet", vch.address(role).map(c -> c.subnet().toString()).orElse(""));
    out.put("Gateway", nic.flatMap(n -> n.gateway(Family.IPV4)).map(Ip::toString).orElse(""));
    var ipv6 = nic.flatMap(n -> n.address(Family.IPV6));
    out.put("IPv6Address", ipv6.map(c -> c.address().toString()).orElse(""));
    out.put("IPv6Subnet", ipv6.map(c -> c.subnet().toString()).orElse(""));
    out.put("IPv6Gateway", nic.flatMap(n -> n.gateway(Family.IPV6)).map(Ip::toString).orElse(""));
    out.put("MAC", nic.map(n -> n.mac().toString()).orElse(""));
    out.put("NIC", nic.map(n -> n.name()).orElse(""));
    if (role == Role.CLIENT) {
      out.put("Port", vch.tls().port());
    }
    return out;
  }

  private static String subnet(PortGroup group, Family family) {
    return group.kind() instanceof PortGroupKind.Nat nat
        ? nat.subnet(family).map(Subnet::toString).orElse("")
        : "";
  }

  static Map<String, Object> portGroup(Image image, PortGroup group) {
    var out = new LinkedHashMap<String, Object>();
    out.put("ID", group.id().value());
    out.put("Name", group.name());
    out.put("Kind", group.kind().word());
    out.put(
        "Link",
        group.owner().isPresent()
            ? ""
            : group.link()); // an owned one has its segments inside the VCH
    out.put("Subnet", subnet(group, Family.IPV4));
    out.put("IPv6Subnet", subnet(group, Family.IPV6));
    out.put("VCH", group.owner().flatMap(image::vch).map(Vch::name).orElse(""));
    out.put("Created", group.created().toString());
    out.put(
        "UsedBy",
        image.vchs().stream()
            .filter(
                v ->
                    v.bridgeGroup().equals(group.id())
                        || v.nics().stream().anyMatch(n -> n.portGroup().equals(group.id())))
            .map(Vch::name)
            .toList());
    return out;
  }
}
