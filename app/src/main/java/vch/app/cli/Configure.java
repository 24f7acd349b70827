package vch.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vch configure`
@Command(
    name = "configure",
    description =
        "Change a virtual container host while it works: container networks and name servers. What is not named stays.")
final class Configure implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Mixin private Addressed vch = new Addressed();

  @Option(
      names = "--dns-server",
      paramLabel = "IP",
      description =
          "Name server that is asked upstream, instead of all before; repeatable. '' for those of the machine.")
  private List<String> dnsServers = List.of();

  @Option(
      names = "--remove-container-network",
      paramLabel = "NAME",
      description = "Remove a container network that no container has a place on; repeatable.")
  private List<String> removed = List.of();

  @Option(
      names = "--dry-run",
      description = "Say what would become different for whom, and change nothing.")
  private boolean dryRun;

  @ArgGroup(
      validate = false,
      heading =
          "%nContainer networks to add, or settings of those that there are; an empty value such as lan: takes back a%ngateway, range or name server:%n")
  private ContainerNetworks containerNetworks = new ContainerNetworks();

  @Override
  public Integer call() {
    var parameters = new ArrayList<Map.Entry<String, String>>();
    parameters.add(Map.entry("vch", vch.nameOrId()));
    dnsServers.forEach(s -> parameters.add(Map.entry("dns-server", s)));
    removed.forEach(n -> parameters.add(Map.entry("remove-container-network", n)));
    parameters.addAll(containerNetworks.parameters());
    if (dryRun) {
      parameters.add(Map.entry("dry-run", "true"));
    }
    Vch.daemon(spec).send("POST", "/v1/vch/configure", parameters, System.out);
    return 0;
  }
}
