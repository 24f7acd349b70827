package vch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import vch.bench.engine.Place;
import vch.bench.os.Shell;
import vch.bench.result.Results;
import vch.bench.row.Row;
import vch.bench.row.Rows;

/// Runs the rows that were asked for, one after the other, and writes the table after each.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(2);
      return;
    }
    System.exit(run(options));
  }

  private static int run(Options options) {
    var results = new Results(options.out());
    var place = new Place(options.home());
    var bench = new Bench(place, options.rounds(), options.quick());
    var worker = Thread.currentThread();
    var done = new java.util.concurrent.CountDownLatch(1);
    // SIGINT and SIGTERM: stop measuring, then remove everything
    var hook =
        new Thread(
            () -> {
              worker.interrupt();
              try {
                done.await(90, java.util.concurrent.TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              place.close();
            });
    Runtime.getRuntime().addShutdownHook(hook);
    int failed = 0;
    try {
      for (var row : options.rows()) {
        failed += measure(bench, row, results, options) ? 0 : 1;
        if (worker.isInterrupted()) {
          break;
        }
      }
    } finally {
      boolean interrupted = Thread.interrupted();
      if (!interrupted) {
        bench.close();
      }
      done.countDown();
    }
    return failed == 0 ? 0 : 1;
  }

  private static boolean measure(
      Bench bench, Map.Entry<String, Row> row, Results results, Options options) {
    bench.begin(row.getKey());
    long start = System.nanoTime();
    boolean good = true;
    try {
      row.getValue().measure(bench);
    } catch (RuntimeException e) {
      bench.progress("failed: " + e);
      if (!(e instanceof Shell.Failed)) {
        e.printStackTrace();
      }
      good = false;
    }
    bench.progress("took " + (System.nanoTime() - start) / 1_000_000_000 + " s");
    if (!Thread.currentThread().isInterrupted()) {
      results.replace(row.getKey(), bench.notes());
      results.writeTable(head(bench, options));
    }
    return good;
  }

  private static String head(Bench bench, Options options) {
    return "# "
        + options.out().getFileName().toString().replaceAll("\\.md$", "")
        + "\n\nMachine: "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + line("/proc/cpuinfo", "model name")
        + ", "
        + line("/proc/meminfo", "MemTotal")
        + ", Linux "
        + System.getProperty("os.version")
        + ", JDK "
        + Runtime.version()
        + ".\n"
        + bench.versions().stream().collect(Collectors.joining("; "))
        + ".\nCommand: `./do bench "
        + options.text()
        + "`. Medians (least..greatest) of samples taken in turn; n: samples of each.\n"
        + "By the docker CLI unless it says HTTP; podman by its own command line.\n";
  }

  private static String line(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(l -> l.startsWith(key))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("?");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What the command line asks for.
  record Options(
      Path home,
      Path out,
      int rounds,
      boolean quick,
      List<Map.Entry<String, Row>> rows,
      String text) {
    private static final String USAGE =
        "usage: ./do bench [--only ROW,ROW] [--rounds N] [--quick] [--out FILE.md]; rows: "
            + String.join(", ", Rows.ALL.keySet());

    static Options parse(String[] arguments) {
      var home = Path.of(System.getProperty("bench.home", ".")).toAbsolutePath().normalize();
      var out =
          home.resolve(
              "bench/results/" + java.time.LocalDate.now(java.time.ZoneId.systemDefault()) + ".md");
      int rounds = 0;
      boolean quick = false;
      var rows = List.copyOf(Rows.ALL.keySet());
      for (int i = 0; i < arguments.length; i++) {
        var word = arguments[i];
        if (word.equals("--quick")) {
          quick = true;
          continue;
        }
        if (!List.of("--only", "--rounds", "--out").contains(word) || i + 1 == arguments.length) {
          throw new IllegalArgumentException(word + " is not understood; " + USAGE);
        }
        var value = arguments[++i];
        switch (word) {
          case "--only" -> rows = List.of(value.split(","));
          case "--rounds" -> rounds = positive(value);
          default -> out = Path.of(value).toAbsolutePath();
        }
      }
      return new Options(
          home,
          out,
          rounds > 0 ? rounds : quick ? 5 : 15,
          quick,
          rows.stream().map(Options::row).toList(),
          String.join(" ", arguments));
    }

    private static int positive(String value) {
      if (!value.matches("[1-9][0-9]{0,3}")) {
        throw new IllegalArgumentException("--rounds " + value + " is not a number from 1 to 9999");
      }
      return Integer.parseInt(value);
    }

    private static Map.Entry<String, Row> row(String name) {
      var row = Rows.ALL.get(name);
      if (row == null) {
        throw new IllegalArgumentException("there is no row " + name + "; " + USAGE);
      }
      return Map.entry(name, row);
    }
  }
}
