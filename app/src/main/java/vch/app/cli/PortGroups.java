package vch.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vch portgroup`
@Command(
    name = "portgroup",
    description = "Port groups: the segments of the machine that roles of a VCH plug into.",
    subcommands = {
      PortGroups.Create.class,
      PortGroups.Ls.class,
      PortGroups.Inspect.class,
      PortGroups.Rm.class
    })
final class PortGroups implements Runnable {
  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }

  /// `vch portgroup create`
  @Command(
      name = "create",
      description =
          "Make a port group: internal (no option), nat (--nat --subnet), an adopted bridge (--bridge), or a NIC (--uplink).")
  static final class Create implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Parameters(paramLabel = "NAME", description = "Name of the port group.")
    private String name = "";

    @Option(
        names = "--nat",
        description = "The machine holds the first address of --subnet, routes and masquerades.")
    private boolean nat;

    @Option(
        names = "--subnet",
        paramLabel = "CIDR",
        description = "IPv4 subnet of a nat port group; a second one is its IPv6 subnet.")
    private List<String> subnets = List.of();

    @Option(
        names = "--bridge",
        paramLabel = "BR",
        description = "Adopt this Linux bridge; it is never changed.")
    private Optional<String> bridge = Optional.empty();

    @Option(
        names = "--uplink",
        paramLabel = "NIC",
        description = "On the segment of this NIC, which keeps its own addresses.")
    private Optional<String> uplink = Optional.empty();

    @Option(
        names = "--no-host-access",
        description = "With --uplink: the machine itself does not reach what is on it.")
    private boolean noHostAccess;

    @Override
    public Integer call() {
      var parameters = new ArrayList<Map.Entry<String, String>>();
      parameters.add(Map.entry("name", name));
      parameters.add(Map.entry("nat", Boolean.toString(nat)));
      subnets.forEach(s -> parameters.add(Map.entry("subnet", s)));
      bridge.ifPresent(b -> parameters.add(Map.entry("bridge", b)));
      uplink.ifPresent(u -> parameters.add(Map.entry("uplink", u)));
      if (noHostAccess) {
        parameters.add(Map.entry("no-host-access", "true"));
      }
      Vch.daemon(spec).send("POST", "/v1/portgroups", parameters, System.out);
      return 0;
    }
  }

  /// `vch portgroup ls`
  @Command(name = "ls", aliases = "list", description = "List the port groups.")
  static final class Ls implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Option(
        names = "--format",
        paramLabel = "TEMPLATE",
        description = "Go template such as '{{.Name}} {{.Kind}} {{.Link}}', or json.")
    private Optional<String> format = Optional.empty();

    @Override
    public Integer call() {
      Vch.daemon(spec).send("GET", "/v1/portgroups", vch.app.cli.Ls.parameters(format), System.out);
      return 0;
    }
  }

  /// `vch portgroup inspect`
  @Command(name = "inspect", description = "Show one port group.")
  static final class Inspect implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Parameters(paramLabel = "NAME", description = "Name or id of the port group.")
    private String name = "";

    @Option(
        names = "--format",
        paramLabel = "TEMPLATE",
        description = "Go template such as '{{.Subnet}}', or json.")
    private Optional<String> format = Optional.empty();

    @Override
    public Integer call() {
      var parameters = new ArrayList<>(vch.app.cli.Ls.parameters(format));
      parameters.add(Map.entry("name", name));
      Vch.daemon(spec).send("GET", "/v1/portgroup", parameters, System.out);
      return 0;
    }
  }

  /// `vch portgroup rm`
  @Command(
      name = "rm",
      aliases = {"remove", "delete"},
      description = "Remove port groups that nothing uses.")
  static final class Rm implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private Help help = new Help();

    @Parameters(
        arity = "1..*",
        paramLabel = "NAME",
        description = "Names or ids of the port groups.")
    private List<String> names = List.of();

    @Override
    public Integer call() {
      for (var name : names) {
        Vch.daemon(spec)
            .send("DELETE", "/v1/portgroup", List.of(Map.entry("name", name)), System.out);
      }
      return 0;
    }
  }
}
