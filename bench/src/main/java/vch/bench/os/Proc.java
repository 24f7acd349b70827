package vch.bench.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What /proc tells of processes. A process that ends meanwhile counts nothing.
public final class Proc {
  private static final Pattern RSS = Pattern.compile("^Rss:\\s+(\\d+) kB", Pattern.MULTILINE);
  private static final Pattern PSS = Pattern.compile("^Pss:\\s+(\\d+) kB", Pattern.MULTILINE);

  private Proc() {}

  /// Resident memory in MiB: the sum, and the sum where a shared page counts once in all.
  public record Memory(double rss, double pss) {}

  public static Memory memory(List<Long> pids) {
    double rss = 0;
    double pss = 0;
    for (long pid : pids) {
      var text = read(pid, "smaps_rollup");
      rss += kib(RSS, text);
      pss += kib(PSS, text);
    }
    return new Memory(rss / 1024, pss / 1024);
  }

  private static double kib(Pattern pattern, String text) {
    var found = pattern.matcher(text);
    return found.find() ? Double.parseDouble(found.group(1)) : 0;
  }

  /// User and system time of the processes so far, milliseconds (in steps of 10).
  public static double cpuMillis(List<Long> pids) {
    double ticks = 0;
    for (long pid : pids) {
      var text = read(pid, "stat");
      if (!text.isEmpty()) {
        var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      }
    }
    return ticks * 10;
  }

  /// Processes whose command line, words joined by blanks, is as asked for.
  public static List<Long> find(Predicate<String> commandLine) {
    var out = new ArrayList<Long>();
    try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var one : all) {
        long pid = Long.parseLong(one.getFileName().toString());
        if (commandLine.test(read(pid, "cmdline").replace('\0', ' ').strip())) {
          out.add(pid);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("list /proc", e);
    }
    return out;
  }

  private static String read(long pid, String file) {
    try {
      return new String(
          Files.readAllBytes(Path.of("/proc", Long.toString(pid), file)), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return "";
    }
  }
}
