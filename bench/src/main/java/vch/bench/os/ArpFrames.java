package vch.bench.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Hears ARP on a link, by tcpdump.
public final class ArpFrames implements AutoCloseable {
  private static final String LOG = "arp.log";

  private final Path log;
  private final Process process;

  /// @param inside words that put it into the link's namespace
  public ArpFrames(Shell shell, List<String> inside, String link) {
    log = shell.directory().resolve(LOG);
    process =
        shell.start(
            LOG,
            Shell.words(
                inside, "tcpdump", "-n", "-l", "-tt", "--immediate-mode", "-i", link, "arp"));
    Wait.until("tcpdump", 10, () -> text().contains("listening on"));
  }

  /// Milliseconds from the first question whether somebody has an address, to its announcement (RFC
  /// 5227: the sender of the one is nobody, of the other the address itself).
  ///
  /// @throws Shell.Failed when they do not come within 5 seconds
  public double fromProbeToAnnouncement(String address) {
    Wait.until("the announcement of " + address, 5, () -> asked(address, address).isPresent());
    return (asked(address, address).getAsDouble() - asked(address, "0.0.0.0").getAsDouble()) * 1e3;
  }

  /// When somebody first asked for an address, seconds.
  private OptionalDouble asked(String address, String sender) {
    var line =
        Pattern.compile(
            "^(\\S+) ARP, Request who-has "
                + Pattern.quote(address)
                + " .*\\btell "
                + Pattern.quote(sender)
                + ",");
    return text()
        .lines()
        .map(line::matcher)
        .filter(Matcher::find)
        .mapToDouble(m -> Double.parseDouble(m.group(1)))
        .findFirst();
  }

  private String text() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("read " + log, e);
    }
  }

  @Override
  public void close() {
    Shell.end(process);
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException("remove " + log, e);
    }
  }
}
