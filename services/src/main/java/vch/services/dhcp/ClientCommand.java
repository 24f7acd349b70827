package vch.services.dhcp;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.engine.lease.DhcpClients.Client;
import vch.portlayer.address.Ip;

/// How udhcpc of busybox (1.35 and later) is started for an endpoint, and what is kept of that.
final class ClientCommand {
  /// Metric of the routes of the first lease of a container; those of the daemon have 0.
  private static final int METRIC = 100;

  /// Discovers are sent so often, one a second, and after as many seconds without offer again.
  /// Servers that look first whether an address is free take up to 3 s to answer.
  private static final String DISCOVERS = "6";

  private static final String DISCOVER_SECONDS = "1";

  /// Also the rest after an address was declined. RFC 2131 section 3.1 would have 10 s, which is as
  /// long as a start waits at all.
  private static final String REST_SECONDS = "3";

  /// How long the client listens after asking whether an offered address is in use.
  private static final String PROBE_MILLISECONDS = "300";

  /// Mask, routers, name servers, domain, MTU, broadcast address, lease time, server, T1, T2,
  /// classless routes. None of them must be in an offer but the mask.
  private static final List<Integer> OPTIONS = List.of(1, 3, 6, 15, 26, 28, 51, 54, 58, 59, 121);

  /// RFC 1123 section 2.1.
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
              + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

  private ClientCommand() {}

  /// In a session of its own, and not waited for: the daemon's end is not the client's.
  ///
  /// @param namespace where it can be joined
  /// @param wanted the address to ask for first
  static ProcessBuilder of(
      Programs programs, Client client, ClientFiles files, Path namespace, Optional<Ip> wanted) {
    var words = new ArrayList<String>();
    words.addAll(List.of(programs.path("setsid"), programs.path("nsenter"), "--net=" + namespace));
    words.addAll(List.of(programs.path("busybox"), "udhcpc", "-f", "-i", client.link()));
    words.addAll(List.of("-p", files.pid().toString(), "-s", "/bin/sh"));
    words.addAll(List.of("-t", DISCOVERS, "-T", DISCOVER_SECONDS, "-A", REST_SECONDS));
    words.addAll(List.of("-a" + PROBE_MILLISECONDS, "-o"));
    OPTIONS.forEach(o -> words.addAll(List.of("-O", o.toString())));
    words.addAll(List.of("-V", "portlayer"));
    words.addAll(List.of("-x", "0x3d:" + HexFormat.of().formatHex(ClientId.of(client.id()))));
    if (HOST_NAME.matcher(client.hostname()).matches()) {
      words.addAll(List.of("-x", "hostname:" + client.hostname()));
    }
    wanted.ifPresent(ip -> words.addAll(List.of("-r", ip.toString())));
    var builder = new ProcessBuilder(words).directory(files.directory().toFile());
    builder.environment().clear();
    builder.environment().put("PATH", Programs.PATH);
    builder.environment().put("PORTLAYER_PLACE", files.base());
    builder.environment().put("PORTLAYER_BUSYBOX", programs.path("busybox"));
    builder.redirectInput(Path.of("/dev/null").toFile()).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()));
    return builder;
  }

  /// By what a later daemon sees that a client that runs is the one it would start. The script
  /// reads the metric again at each renewal.
  static String text(Client client) {
    return identity(client) + "metric " + (METRIC + client.rank()) + "\n";
  }

  /// True when a client with this text needs no other one.
  static boolean isSame(Client client, String text) {
    return text.startsWith(identity(client));
  }

  private static String identity(Client client) {
    return "namespace %s\nlink %s\nmac %s\nhostname %s\nnetwork %s\n"
        .formatted(
            client.namespace(),
            client.link(),
            client.mac(),
            client.hostname(),
            client.networkName());
  }
}
