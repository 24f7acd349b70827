package vch.portlayer.reach;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Container;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.OutsideHosts;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// What people ask, as they write it. FROM: a container (name or id), `machine`, or an address. TO:
/// a container, `container@network` for its addresses there only, or an address; then `:PORT` with
/// `/tcp` (the default), `/udp` or `/sctp`; without a port: ping. An IPv6 address before a port is
/// written in brackets.
public record Question(From from, To to, Traffic traffic) {
  private static final String MACHINE = "machine";

  /// @throws Refusal with what is wrong, and with the names that there are
  public static Question parse(Image image, Vch vch, String from, String to) {
    var parser = new Parser(image, vch);
    var target = Target.parse(to);
    return new Question(parser.from(from), parser.to(target.who), target.traffic);
  }

  /// TO in its two parts.
  private record Target(String who, Traffic traffic) {
    static Target parse(String text) {
      if (text.startsWith("[")) {
        int end = text.indexOf(']');
        if (end < 0) {
          throw new Refusal.Invalid("'" + text + "' has no ']' after its IPv6 address");
        }
        var rest = text.substring(end + 1);
        if (!rest.isEmpty() && !rest.startsWith(":")) {
          throw new Refusal.Invalid("'" + text + "': after ']' comes :PORT[/PROTO] or nothing");
        }
        return new Target(text.substring(1, end), traffic(rest));
      }
      int colon = text.indexOf(':');
      return colon < 0 || Ip.tryParse(text).isPresent()
          ? new Target(text, new Traffic.Ping())
          : new Target(text.substring(0, colon), traffic(text.substring(colon)));
    }

    /// @param text empty, or `:PORT[/PROTO]`
    private static Traffic traffic(String text) {
      if (text.isEmpty()) {
        return new Traffic.Ping();
      }
      var parts = text.substring(1).split("/", 2);
      var protocol = parts.length == 1 ? Optional.of(Protocol.TCP) : Protocol.tryParse(parts[1]);
      if (protocol.isEmpty()) {
        throw new Refusal.Invalid("'" + parts[1] + "' is no protocol; it is tcp, udp or sctp");
      }
      if (!parts[0].matches("[0-9]{1,5}")
          || Integer.parseInt(parts[0]) < 1
          || Integer.parseInt(parts[0]) > 65535) {
        throw new Refusal.Invalid("'" + parts[0] + "' is no port; it is a number from 1 to 65535");
      }
      return new Traffic.OfPort(new Port(Integer.parseInt(parts[0]), protocol.get()));
    }
  }

  private record Parser(Image image, Vch vch) {
    From from(String text) {
      var container = ContainerRules.lookUp(image, vch.id(), text);
      if (container.isPresent()) {
        return new From.OfContainer(container.get().id());
      }
      if (text.equals(MACHINE)) {
        return new From.Machine();
      }
      return Ip.tryParse(text).map(this::asker).orElseThrow(() -> unknown(text, true));
    }

    To to(String text) {
      var address = Ip.tryParse(text);
      if (address.isPresent()) {
        checkOne(address.get());
        return new To.Address(address.get());
      }
      int at = text.indexOf('@');
      var name = at < 0 ? text : text.substring(0, at);
      var container =
          ContainerRules.lookUp(image, vch.id(), name).orElseThrow(() -> unknown(name, false));
      return new To.OfContainer(
          container.id(),
          at < 0
              ? Optional.empty()
              : Optional.of(ScopeRules.find(image, vch.id(), text.substring(at + 1)).id()));
    }

    private static void checkOne(Ip address) {
      if (address.isMulticast() || address.isUnspecified()) {
        throw new Refusal.Invalid(address + " is no address of one host");
      }
    }

    /// Who has the address: a container, the machine, or a stranger.
    private From asker(Ip address) {
      checkOne(address);
      var holder = image.holder(vch.id(), address);
      if (holder.isPresent()) {
        return new From.OfContainer(holder.get().container());
      }
      boolean machine =
          image.portGroups().stream()
              .anyMatch(g -> g.kind() instanceof PortGroupKind.Nat nat && nat.isMachine(address));
      return machine ? new From.Machine() : new From.Stranger(segment(address), address);
    }

    /// The port group with the address; else the one behind whose routers it must be.
    private PortGroupId segment(Ip address) {
      return image.portGroups().stream()
          .filter(g -> subnets(g).anyMatch(s -> s.contains(address)))
          .findFirst()
          .map(PortGroup::id)
          .or(() -> vch.nic(Role.PUBLIC).map(n -> n.portGroup()))
          .orElseThrow(() -> unknown(address.toString(), true));
    }

    private Stream<Subnet> subnets(PortGroup group) {
      var roles =
          vch.nics().stream()
              .filter(n -> n.portGroup().equals(group.id()))
              .flatMap(n -> n.addresses().stream())
              .map(Cidr::subnet);
      var networks =
          image
              .scopes(vch.id())
              .filter(s -> s.isOn(group.id()))
              .flatMap(s -> s.subnets().stream())
              .map(s -> s.subnet());
      var joined =
          OutsideHosts.segment(image, vch).filter(g -> g.id().equals(group.id())).stream()
              .flatMap(_ -> image.scopes(vch.id()))
              .filter(s -> s.kind() instanceof ScopeKind.Bridge)
              .flatMap(s -> s.subnets().stream())
              .map(s -> s.subnet());
      return Stream.of(roles, networks, joined).flatMap(s -> s);
    }

    private Refusal unknown(String text, boolean from) {
      var names =
          new ArrayList<>(image.containers(vch.id()).map(Container::name).sorted().toList());
      var near = names.stream().filter(n -> near(n, text)).toList();
      return new Refusal.NotFound(
          "VCH "
              + vch.name()
              + " has no container \""
              + text
              + "\"; "
              + (near.isEmpty() ? there(names) : "did you mean " + String.join(" or ", near) + "?")
              + (from
                  ? " (FROM is a container, \"machine\", or an address)"
                  : " (TO is a container or an address, then :PORT[/PROTO])"));
    }

    private static String there(List<String> names) {
      return names.isEmpty()
          ? "it has none"
          : "there are " + String.join(", ", names.subList(0, Math.min(10, names.size())));
    }

    /// One begins with the other, or one letter is wrong, missing or too many.
    private static boolean near(String a, String b) {
      if (b.length() > 1 && (a.startsWith(b) || b.startsWith(a))) {
        return true;
      }
      int same = 0;
      while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
        same++;
      }
      var x = a.substring(same);
      var y = b.substring(same);
      return x.equals(drop(y)) || drop(x).equals(y) || drop(x).equals(drop(y));
    }

    private static String drop(String text) {
      return text.isEmpty() ? text : text.substring(1);
    }
  }
}
