package vch.engine.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Address;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Route;
import vch.engine.machine.MachineObject.Rule;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.MachineObject.Sysctl;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.engine.plan.Plan;
import vch.portlayer.address.Family;

/// Brings plans into throw-away namespaces with ip(8) and nft(8): a second, independent reading of
/// what machine objects mean. Even the machine's namespace is one of them. Made and used by one
/// test at a time.
final class ShellMachine implements AutoCloseable {
  private final String prefix;
  private final List<Process> servers = new ArrayList<>();

  ShellMachine() {
    this.prefix = "vcht" + ProcessHandle.current().pid() + "-";
    run(
        "ip netns add "
            + ns(NamespaceName.MACHINE)
            + " && "
            + ip(NamespaceName.MACHINE)
            + "link set lo up");
  }

  /// What a command left.
  record Ended(int status, String output) {}

  String ns(NamespaceName namespace) {
    return prefix + namespace;
  }

  private String ip(NamespaceName namespace) {
    return "ip -n " + ns(namespace) + " ";
  }

  void apply(Plan plan) {
    var script = new StringBuilder("set -e\n");
    plan.steps().forEach(step -> script.append(command(step)).append('\n'));
    run(script.toString());
  }

  private String command(Step step) {
    return switch (step) {
      case Step.Add(var object) -> make(object);
      case Step.Change(_, var object) -> make(object);
      case Step.Remove(var object) -> remove(object);
    };
  }

  private String make(MachineObject object) {
    var ns = object.namespace();
    return switch (object) {
      case Namespace _ -> "ip netns add " + ns(ns);
      case Sysctl s ->
          "ip netns exec "
              + ns(ns)
              + " sh -c 'echo "
              + s.value()
              + " > /proc/sys/"
              + s.path()
              + "'";
      case Ruleset r ->
          "ip netns exec "
              + ns(ns)
              + " nft -f - <<'END'\ntable "
              + r.family()
              + " "
              + r.table()
              + " {\n"
              + r.body()
              + "}\nEND";
      case Link l -> link(l);
      case Element e -> "ip netns exec " + ns(ns) + " nft 'add element " + element(e) + "'";
      case Address a ->
          ip(ns)
              + "addr add "
              + a.cidr()
              + " dev "
              + a.link()
              + (a.cidr().address().isIpv4() ? "" : " nodad");
      case Route r ->
          ip(ns)
              + "route replace "
              + r.to()
              + r.via().map(v -> " via " + v).orElse("")
              + " dev "
              + r.link()
              + " table "
              + r.table()
              + r.source().map(from -> " src " + from).orElse("")
              + (r.table() == Route.MAIN || r.via().isEmpty() ? "" : " onlink");
      case Rule r -> rule(r, "add");
    };
  }

  private String link(Link link) {
    var ip = ip(link.namespace());
    var mac = link.mac().map(m -> " address " + m).orElse("");
    var made =
        switch (link.kind()) {
          case LinkKind.Loopback _ -> "true";
          case LinkKind.Bridge _ ->
              ip + "link add name " + link.name() + mac + " mtu " + link.mtu() + " type bridge";
          case LinkKind.Macvlan(var parent) ->
              throw new UnsupportedOperationException("macvlan on " + parent);
          case LinkKind.HostAccess(var uplink, _) ->
              throw new UnsupportedOperationException("host access on " + uplink);
          case LinkKind.Veth(var peerNamespace, var peer, var peerMac, var peerMaster) ->
              ip
                  + "link add name "
                  + link.name()
                  + mac
                  + " mtu "
                  + link.mtu()
                  + " type veth peer name "
                  + peer
                  + " netns "
                  + ns(peerNamespace)
                  + " address "
                  + peerMac
                  + " mtu "
                  + link.mtu()
                  + "\n"
                  + ip(peerNamespace)
                  + "link set "
                  + peer
                  + peerMaster.map(m -> " master " + m).orElse("")
                  + " up";
        };
    return made
        + link.master().map(m -> "\n" + ip + "link set " + link.name() + " master " + m).orElse("")
        + "\n"
        + ip
        + "link set "
        + link.name()
        + " up";
  }

  private static String element(Element e) {
    var data = e.data().isEmpty() ? "" : " : " + Part.text(e.data());
    return e.family() + " " + e.table() + " " + e.set() + " { " + key(e) + data + " }";
  }

  /// In a set of raw bytes (`typeof … @th,64,128`) nft wants addresses as numbers.
  private static String key(Element e) {
    return e.family().equals("bridge")
        ? e.parts().stream().map(p -> raw(e.set(), p)).collect(Collectors.joining(" . "))
        : Part.text(e.parts());
  }

  private static String raw(String set, Part part) {
    return switch (part) {
      case Part.Address(var ip) when !ip.isIpv4() -> number(ip.bytes());
      case Part.Block(var subnet) when subnet.family() == Family.IPV6 ->
          number(subnet.first().bytes()) + "-" + number(subnet.last().bytes());
      case Part.Hardware(var mac) when set.equals("ours") -> number(mac.bytes());
      default -> Part.text(List.of(part));
    };
  }

  private static String number(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private String remove(MachineObject object) {
    var ns = object.namespace();
    return switch (object) {
      case Namespace _ -> "ip netns del " + ns(ns);
      case Sysctl _ -> "true";
      case Ruleset r ->
          "ip netns exec " + ns(ns) + " nft delete table " + r.family() + " " + r.table();
      case Link l -> ip(ns) + "link del " + l.name();
      case Element e ->
          "ip netns exec "
              + ns(ns)
              + " nft 'delete element "
              + e.family()
              + " "
              + e.table()
              + " "
              + e.set()
              + " { "
              + key(e)
              + " }'";
      case Address a -> ip(ns) + "addr del " + a.cidr() + " dev " + a.link();
      case Route r -> ip(ns) + "route del " + r.to() + " table " + r.table();
      case Rule r -> rule(r, "del");
    };
  }

  private String rule(Rule rule, String verb) {
    return ip(rule.namespace())
        + (rule.from().isIpv4() ? "" : "-6 ")
        + "rule "
        + verb
        + " from "
        + rule.from()
        + " lookup "
        + rule.table();
  }

  /// Runs a shell script; it must succeed.
  void run(String script) {
    var ended = attempt(List.of("bash", "-c", script));
    if (ended.status != 0) {
      throw new AssertionError("status " + ended.status + " of:\n" + script + "\n" + ended.output);
    }
  }

  /// Runs a command line inside a namespace.
  Ended in(NamespaceName namespace, String script) {
    return attempt(List.of("ip", "netns", "exec", ns(namespace), "bash", "-c", script));
  }

  private static Ended attempt(List<String> command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Leaves a server running inside a namespace until the end of the test.
  void serve(NamespaceName namespace, String script) {
    try {
      servers.add(
          new ProcessBuilder("ip", "netns", "exec", ns(namespace), "bash", "-c", "exec " + script)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    servers.forEach(
        s -> {
          s.descendants().forEach(ProcessHandle::destroyForcibly);
          s.destroyForcibly();
          try {
            s.waitFor(5, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    attempt(
        List.of(
            "bash",
            "-c",
            "for n in $(ip netns list | cut -d' ' -f1 | grep '^"
                + prefix
                + "'); do ip netns del $n; done"));
  }
}
