package vch.services.dhcp;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.address.Ip;

/// Reads from what udhcpc said how far it came.
final class ClientLog {
  private static final Pattern SELECT =
      Pattern.compile("(?:broadcasting|sending) select for ([0-9.]+)(?:, server ([0-9.]+))?");

  private ClientLog() {}

  /// Why there was no lease, as a sentence.
  static String failure(String log, String network, Duration waited) {
    var within = " within " + waited.toSeconds() + " s";
    var failure = "no DHCP offer on network " + network + within;
    var address = "";
    var server = "the DHCP server";
    for (var line : log.lines().toList()) {
      var select = SELECT.matcher(line);
      if (select.find()) {
        address = select.group(1);
        server =
            "the DHCP server" + Optional.ofNullable(select.group(2)).map(s -> " " + s).orElse("");
        failure =
            "%s offered %s on network %s, but did not confirm it%s"
                .formatted(server, address, network, within);
      } else if (line.contains("received DHCP NAK")) {
        failure = "%s refused %s (NAK) on network %s".formatted(server, address, network);
      } else if (line.contains("address is in use")) {
        failure =
            "%s offered %s on network %s, which another host there uses already"
                .formatted(server, address, network);
      }
    }
    return failure;
  }

  /// The address whose conflict is the reason that [#failure] gives.
  static Optional<Ip> contested(String log) {
    var last = Optional.<Ip>empty();
    var offered = Optional.<Ip>empty();
    for (var line : log.lines().toList()) {
      var select = SELECT.matcher(line);
      if (select.find()) {
        offered = Ip.tryParse(select.group(1));
        last = Optional.empty();
      } else if (line.contains("address is in use")) {
        last = offered;
      } else if (line.contains("received DHCP NAK")) {
        last = Optional.empty();
      }
    }
    return last;
  }

  /// Who gave the last answer, as the beginning of a sentence.
  static String answer(String log, String network) {
    return "the answer of the DHCP server"
        + SELECT
            .matcher(log)
            .results()
            .reduce((_, m) -> m)
            .flatMap(m -> Optional.ofNullable(m.group(2)))
            .map(s -> " " + s)
            .orElse("")
        + " on network "
        + network;
  }

  /// Last words of a client that ended.
  static String last(String log) {
    return log.lines()
        .filter(l -> !l.isBlank())
        .reduce((_, l) -> l)
        .map(l -> l.replaceFirst("^udhcpc: ", ""))
        .orElse("it said nothing");
  }
}
