package vch.services.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import vch.portlayer.address.Ip;

/// The name servers of the machine, from resolv.conf(5). Read again when the file has changed,
/// looked at once a second at the most. Safe for any number of threads; its monitor guards what was
/// read.
final class ResolvConf {
  private static final System.Logger LOG = System.getLogger(ResolvConf.class.getName());
  private static final long LOOK_AGAIN_MILLIS = 1000;
  private static final int FILE_BYTES_MAX = 64 * 1024;

  private final Path file;
  private final InstantSource clock;
  private List<Ip> servers = List.of();
  private String seen = "";
  private long lookedAtMillis = Long.MIN_VALUE;

  ResolvConf(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  synchronized List<Ip> servers() {
    long now = clock.millis();
    if (lookedAtMillis != Long.MIN_VALUE
        && now - lookedAtMillis < LOOK_AGAIN_MILLIS
        && now >= lookedAtMillis) {
      return servers;
    }
    lookedAtMillis = now;
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      var stamp =
          attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
      if (!stamp.equals(seen)) {
        servers = attributes.size() > FILE_BYTES_MAX ? List.of() : parse(Files.readString(file));
        seen = stamp;
      }
    } catch (NoSuchFileException e) {
      servers = List.of();
      seen = "";
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "cannot read {0}, keeping its name servers {1}: {2}",
          file,
          servers,
          e.getMessage());
    }
    return servers;
  }

  static List<Ip> parse(String text) {
    var out = new ArrayList<Ip>();
    for (var line : text.lines().toList()) {
      var words = line.strip().split("\\s+", -1);
      if (words.length >= 2 && words[0].equals("nameserver")) {
        Ip.tryParse(words[1])
            .ifPresent(out::add); // an address with a zone is of one link only, and not ours
      }
    }
    return out.stream().limit(Upstreams.SERVERS_MAX).toList();
  }
}
