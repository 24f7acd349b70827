package vch.api.docker.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Rows as `ps` prints them, from proc(5) of the machine: nothing is started for it.
final class ProcessTable {
  /// Of all times in proc(5) (`USER_HZ`, fixed on every architecture that matters).
  private static final int TICKS_PER_SECOND = 100;

  private static final int PAGE_KIB = 4;
  private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter EARLIER =
      DateTimeFormatter.ofPattern("MMMdd", Locale.ROOT);

  private final Path proc;
  private final Instant now;
  private final ZoneId zone;
  private final Map<String, String> users;
  private final Instant boot;
  private final long memoryKib;

  /// @param proc `/proc`
  /// @param passwd `/etc/passwd` of the machine, for names of users
  ProcessTable(Path proc, Path passwd, Instant now, ZoneId zone) throws IOException {
    this.proc = proc;
    this.now = now;
    this.zone = zone;
    this.users = users(passwd);
    this.boot = Instant.ofEpochSecond(number(proc.resolve("stat"), "btime "));
    this.memoryKib = number(proc.resolve("meminfo"), "MemTotal:");
  }

  private static Map<String, String> users(Path passwd) throws IOException {
    var out = new HashMap<String, String>();
    if (Files.exists(passwd)) {
      for (var line : Files.readAllLines(passwd)) {
        var parts = line.split(":", -1);
        if (parts.length > 2) {
          out.putIfAbsent(parts[2], parts[0]);
        }
      }
    }
    return out;
  }

  private static long number(Path file, String key) throws IOException {
    for (var line : Files.readAllLines(file)) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length()).replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  /// The columns of one process, by their names in `ps -o`; empty when it has gone.
  Optional<Map<String, String>> row(long pid) {
    try {
      var stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      var status =
          status(Files.readAllLines(proc.resolve(pid + "/status"), StandardCharsets.ISO_8859_1));
      var command = Files.readString(proc.resolve(pid + "/cmdline"), StandardCharsets.UTF_8);
      return Optional.of(row(pid, stat, status, command));
    } catch (IOException _) { // it has ended meanwhile
      return Optional.empty();
    }
  }

  private static SortedMap<String, String> status(List<String> lines) {
    var out = new TreeMap<String, String>();
    for (var line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        out.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return out;
  }

  private Map<String, String> row(
      long pid, String stat, Map<String, String> status, String command) {
    // The name is in parentheses and may hold anything; what follows is separated by blanks, from
    // field 3 on.
    int end = stat.lastIndexOf(')');
    var name = stat.substring(stat.indexOf('(') + 1, end);
    var fields = stat.substring(end + 2).strip().split(" ", -1);
    long ticks = field(fields, 14) + field(fields, 15);
    var started = boot.plusMillis(field(fields, 22) * 1000 / TICKS_PER_SECOND);
    double age = Math.max(0.01, Duration.between(started, now).toMillis() / 1000.0);
    double cpu = 100.0 * ticks / TICKS_PER_SECOND / age;
    long resident = field(fields, 24) * PAGE_KIB;
    var uid =
        Optional.ofNullable(status.get("Uid"))
            .map(u -> u.split("\\s", -1)[1])
            .orElse("0"); // the effective one
    var arguments =
        command.isEmpty() ? "[" + name + "]" : command.replaceAll("\0+$", "").replace('\0', ' ');
    var out = new HashMap<String, String>();
    out.put("pid", Long.toString(pid));
    out.put("ppid", Long.toString(field(fields, 4)));
    out.put("uid", uid);
    out.put("user", Optional.ofNullable(users.get(uid)).orElse(uid));
    out.put("c", Long.toString(Math.min(99, (long) cpu)));
    out.put("pcpu", String.format(Locale.ROOT, "%.1f", cpu));
    out.put(
        "pmem",
        String.format(Locale.ROOT, "%.1f", memoryKib == 0 ? 0 : 100.0 * resident / memoryKib));
    out.put("vsz", Long.toString(field(fields, 23) / 1024));
    out.put("rss", Long.toString(resident));
    out.put("tty", terminal((int) field(fields, 7)));
    out.put("stat", state(fields));
    out.put("stime", start(started));
    out.put("time", clock(ticks / TICKS_PER_SECOND));
    out.put(
        "cputime",
        ticks / TICKS_PER_SECOND / 60
            + ":"
            + String.format(Locale.ROOT, "%02d", ticks / TICKS_PER_SECOND % 60));
    out.put("etime", elapsed((long) age));
    out.put("ni", Long.toString(field(fields, 19)));
    out.put("nlwp", Long.toString(field(fields, 20)));
    out.put("comm", name);
    out.put("args", arguments);
    return out;
  }

  /// @param number as proc(5) counts, from 1
  private static long field(String[] fromThird, int number) {
    return number - 3 < fromThird.length ? Long.parseLong(fromThird[number - 3]) : 0;
  }

  private static String state(String[] fields) {
    var out = new StringBuilder(fields[0]);
    long nice = field(fields, 19);
    if (nice != 0) {
      out.append(nice < 0 ? '<' : 'N');
    }
    if (field(fields, 6) != 0 && fields[6 - 3].equals(fields[5 - 3])) {
      out.append('s');
    }
    if (field(fields, 20) > 1) {
      out.append('l');
    }
    if (field(fields, 8) > 0 && fields[8 - 3].equals(fields[5 - 3])) {
      out.append('+');
    }
    return out.toString();
  }

  /// Device numbers of devices.txt of the kernel: 136 to 143 are pseudo terminals, 4 consoles and
  /// serial lines.
  private static String terminal(int device) {
    int major = (device >> 8) & 0xfff;
    int minor = (device & 0xff) | ((device >> 12) & 0xfff00);
    if (major >= 136 && major <= 143) {
      return "pts/" + ((major - 136) * 256 + minor);
    }
    return major == 4 ? (minor < 64 ? "tty" + minor : "ttyS" + (minor - 64)) : "?";
  }

  private String start(Instant started) {
    var at = ZonedDateTime.ofInstant(started, zone);
    return (at.toLocalDate().equals(LocalDate.ofInstant(now, zone)) ? TODAY : EARLIER).format(at);
  }

  private static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String elapsed(long seconds) {
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%02d:%02d", seconds / 60, seconds % 60);
    }
    long days = seconds / 86400;
    return (days > 0 ? days + "-" : "") + clock(seconds % 86400);
  }

  /// Which columns `ps` would print.
  ///
  /// @param keys of [#row]
  /// @param titles as many
  record Columns(List<String> keys, List<String> titles) {
    private static final Columns FULL =
        new Columns(
            List.of("user", "pid", "ppid", "c", "stime", "tty", "time", "args"),
            List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"));
    private static final Columns BY_USER =
        new Columns(
            List.of(
                "user", "pid", "pcpu", "pmem", "vsz", "rss", "tty", "stat", "stime", "cputime",
                "args"),
            List.of(
                "USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME",
                "COMMAND"));
    private static final Columns BRIEF =
        new Columns(List.of("pid", "tty", "time", "comm"), List.of("PID", "TTY", "TIME", "CMD"));

    /// `name:key:TITLE`, as ps(1) of procps.
    private static final Map<String, List<String>> NAMED =
        Map.ofEntries(
            Map.entry("pid", List.of("pid", "PID")), Map.entry("ppid", List.of("ppid", "PPID")),
            Map.entry("uid", List.of("uid", "UID")), Map.entry("user", List.of("user", "USER")),
            Map.entry("euser", List.of("user", "EUSER")), Map.entry("c", List.of("c", "C")),
            Map.entry("pcpu", List.of("pcpu", "%CPU")), Map.entry("%cpu", List.of("pcpu", "%CPU")),
            Map.entry("pmem", List.of("pmem", "%MEM")), Map.entry("%mem", List.of("pmem", "%MEM")),
            Map.entry("vsz", List.of("vsz", "VSZ")), Map.entry("rss", List.of("rss", "RSS")),
            Map.entry("tty", List.of("tty", "TT")), Map.entry("tt", List.of("tty", "TT")),
            Map.entry("stat", List.of("stat", "STAT")),
                Map.entry("stime", List.of("stime", "STIME")),
            Map.entry("time", List.of("time", "TIME")),
                Map.entry("etime", List.of("etime", "ELAPSED")),
            Map.entry("ni", List.of("ni", "NI")), Map.entry("nlwp", List.of("nlwp", "NLWP")),
            Map.entry("comm", List.of("comm", "COMMAND")),
                Map.entry("args", List.of("args", "COMMAND")),
            Map.entry("command", List.of("args", "COMMAND")),
                Map.entry("cmd", List.of("args", "CMD")));

    /// Reads options of ps(1): which processes is settled, so only the format counts.
    ///
    /// @return empty for options that are not known
    static Optional<Columns> parse(String options) {
      var keys = new ArrayList<String>();
      var titles = new ArrayList<String>();
      Columns format = BRIEF;
      var words = List.of(options.strip().split("\\s+", -1));
      for (int i = 0; i < words.size(); i++) {
        var word = words.get(i);
        int o = word.indexOf('o');
        var letters = o < 0 ? word : word.substring(0, o);
        if (!letters.matches("-?[eAaxwfu]*") || word.isEmpty()) {
          return Optional.empty();
        }
        if (letters.contains("f")) {
          format = FULL;
        }
        if (letters.contains("u")) {
          format = BY_USER;
        }
        if (o >= 0) {
          var list =
              o + 1 < word.length()
                  ? word.substring(o + 1)
                  : i + 1 < words.size() ? words.get(++i) : "";
          for (var column : list.split(",", -1)) {
            var named = NAMED.get(column.toLowerCase(Locale.ROOT));
            if (named == null) {
              return Optional.empty();
            }
            keys.add(named.getFirst());
            titles.add(named.getLast());
          }
        }
      }
      return Optional.of(keys.isEmpty() ? format : new Columns(keys, titles));
    }
  }
}
