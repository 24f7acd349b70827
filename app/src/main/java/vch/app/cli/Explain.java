package vch.app.cli;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vch explain`
@Command(
    name = "explain",
    description =
        "Say whether FROM reaches TO, over which addresses, and which rules decide. Nothing is sent.",
    footer = {
      "",
      "Examples:",
      "  vch explain blue web db:5432         by the name of a container, TCP",
      "  vch explain blue machine web:53/udp  from the machine; published ports are tried too",
      "  vch explain blue 10.2.0.9 web@lan    ping from a host on a LAN, at web's address on network lan",
      "  vch explain blue web 192.0.2.7:443   an address outside"
    })
final class Explain implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private Help help = new Help();

  @Parameters(index = "0", paramLabel = "VCH", description = "Name or id of the VCH.")
  private String vch = "";

  @Parameters(
      index = "1",
      paramLabel = "FROM",
      description = "A container (name or id), 'machine', or the IP address of a host.")
  private String from = "";

  @Parameters(
      index = "2",
      paramLabel = "TO[:PORT[/PROTO]]",
      description =
          "A container, 'container@network' for its addresses there only, or an IP address (IPv6 before a port in"
              + " brackets). PROTO is tcp (the default), udp or sctp; without PORT: ping.")
  private String to = "";

  @Option(
      names = "--format",
      paramLabel = "TEMPLATE",
      description = "Go template such as '{{.Verdict}}', or json.")
  private Optional<String> format = Optional.empty();

  @Override
  public Integer call() {
    var parameters = new ArrayList<>(Ls.parameters(format));
    parameters.add(Map.entry("vch", vch));
    parameters.add(Map.entry("from", from));
    parameters.add(Map.entry("to", to));
    Vch.daemon(spec).send("GET", "/v1/vch/explain", parameters, System.out);
    return 0;
  }
}
