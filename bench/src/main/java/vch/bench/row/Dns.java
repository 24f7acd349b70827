package vch.bench.row;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.engine.Place;
import vch.bench.os.Shell;
import vch.bench.os.Wait;
import vch.bench.result.Measured;

/// Good answers of the name services, asked by dnsperf in the network of a container for the name
/// of another. dnsmasq answers the same name from its own records, asked over a cable.
final class Dns implements Row {
  private static final String NAME = "server";
  private static final Pattern GOOD = Pattern.compile("Response codes:\\s+NOERROR ([0-9]+)");
  private static final Pattern SECONDS = Pattern.compile("Run time \\(s\\):\\s+([0-9.]+)");
  private static final Pattern LOST = Pattern.compile("Queries lost:\\s+([0-9]+)");
  private static final Pattern LATENCY = Pattern.compile("^> NOERROR \\S+ \\S+ ([0-9.]+)$");

  /// Questions each second while latency is measured: well below what the slowest can answer.
  private static final int PACED = 10_000;

  /// Who is asked, and the words before dnsperf that put it where it asks from.
  private record Server(String name, List<String> inside, String address) {}

  @Override
  public void measure(Bench bench) {
    var questions = bench.place().directory("questions");
    var servers = new ArrayList<Server>();
    Process dnsmasq = dnsmasq(bench);
    try {
      Files.writeString(questions, NAME + " A\n");
      for (var engine : bench.all()) {
        engine.ok("network", "create", "names");
        for (var name : List.of(NAME, "client")) {
          engine.ok("run", "-d", "--name", name, "--network", "names", "busybox", "sleep", "1000");
        }
        servers.add(new Server(engine.name(), engine.inside("client"), resolver(engine)));
      }
      servers.add(new Server("dnsmasq", Place.within(bench.place().outside()), "10.210.9.2"));
      rates(bench, servers, questions);
    } catch (IOException e) {
      throw new UncheckedIOException("write questions", e);
    } finally {
      Shell.end(dnsmasq);
      bench.shell().ok("ip", "netns", "del", bench.place().namespace("m"));
      for (var engine : bench.all()) {
        engine.clear();
        engine.ok("network", "rm", "names");
      }
    }
  }

  private static void rates(Bench bench, List<Server> servers, Path questions) {
    int rounds = bench.quick() ? 1 : 3;
    var order = new ArrayList<>(servers);
    var rates = new ArrayList<List<Double>>();
    var tails = new ArrayList<List<Double>>();
    servers.forEach(
        _ -> {
          rates.add(new ArrayList<>());
          tails.add(new ArrayList<>());
        });
    for (int i = 0; i < rounds; i++) {
      for (var server : order) {
        int at = servers.indexOf(server);
        rates.get(at).add(rate(bench, server, questions));
        tails.get(at).add(tail(bench, server, questions));
      }
      Collections.rotate(order, 1);
    }
    for (int at = 0; at < servers.size(); at++) {
      bench.record(
          "DNS: a container's name, as fast as it goes",
          "answers/s",
          servers.get(at).name,
          rates.get(at));
    }
    for (int at = 0; at < servers.size(); at++) {
      bench.record("DNS: p99 at 10,000 questions/s", "ms", servers.get(at).name, tails.get(at));
    }
  }

  private static double rate(Bench bench, Server server, Path questions) {
    var out = dnsperf(bench, server, questions, "-q", "200", "-c", "8", "-l", "3");
    if (!found(LOST, out).equals("0")) {
      bench.progress(server.name + " lost " + found(LOST, out) + " questions");
    }
    return Double.parseDouble(found(GOOD, out)) / Double.parseDouble(found(SECONDS, out));
  }

  private static double tail(Bench bench, Server server, Path questions) {
    var out = dnsperf(bench, server, questions, "-v", "-Q", Integer.toString(PACED), "-l", "2");
    var latencies =
        out.lines()
            .map(LATENCY::matcher)
            .filter(m -> m.matches())
            .map(m -> Double.parseDouble(m.group(1)) * 1000)
            .toList();
    return new Measured("", "", "ms", server.name, latencies, "").quantile(0.99);
  }

  private static String dnsperf(Bench bench, Server server, Path questions, String... options) {
    var words =
        Shell.words(server.inside, "dnsperf", "-s", server.address, "-d", questions.toString());
    return bench.shell().ok(Shell.words(words, options));
  }

  private static String found(Pattern pattern, String text) {
    var matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("dnsperf said " + text);
    }
    return matcher.group(1);
  }

  private static String resolver(Engine engine) {
    return engine
        .ok("exec", "client", "cat", "/etc/resolv.conf")
        .lines()
        .filter(l -> l.startsWith("nameserver "))
        .map(l -> l.substring(11).strip())
        .findFirst()
        .orElseThrow();
  }

  private static Process dnsmasq(Bench bench) {
    var namespace = bench.place().addMachine("m", 9);
    var process =
        bench
            .shell()
            .start(
                "dnsmasq.log",
                Place.within(
                    namespace,
                    "dnsmasq",
                    "--keep-in-foreground",
                    "--no-resolv",
                    "--no-hosts",
                    "--user=root",
                    "--conf-file=/dev/null",
                    "--pid-file=" + bench.place().directory("dnsmasq.pid"),
                    "--host-record=" + NAME + ",10.210.9.3"));
    Wait.until(
        "dnsmasq",
        10,
        () ->
            bench
                .shell()
                .run(Place.within(namespace, "ss", "-Hlun", "sport", "=", ":53"))
                .out()
                .contains(":53"));
    return process;
  }
}
