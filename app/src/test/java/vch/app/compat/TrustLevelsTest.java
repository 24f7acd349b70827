package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import vch.app.compat.TrustTable.Who;

/// The firewall of container networks, by real packets of both families: each level, after a start,
/// after each change of level, without a daemon, after restarts. Five networks, each on a LAN of
/// its own, begin with a level each.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TrustLevelsTest {
  private static final List<TrustTable> LEVELS =
      TrustTable.read(
          """
          level      -p 80    -p 8080:81  81 itself  another port  ping    outbound
          closed     refused  refused     nobody     nobody        nobody  nothing
          outbound   refused  refused     nobody     nobody        nobody  everything
          peers      refused  peers       peers      peers         peers   everything
          published  anyone   anyone      anyone     nobody        anyone  everything
          open       anyone   anyone      anyone     anyone        anyone  everything
          """);

  private static final String WITHOUT =
      "ports cannot be published via container network %s (firewall configured as either \"closed\" or \"outbound\")";
  private static final String NO_NEED =
      "ports published via container network %s must specify a mapping"
          + " (firewall configured for \"peers\" - no need for publishing unless redirecting)";

  /// Questions to who should answer: a busy machine may take its time.
  private static final int TRIES = 10;

  private final TestMachine machine = new TestMachine();
  private final List<Net> nets = new ArrayList<>();
  private final Traffic hosts = new Traffic();
  private Traffic programs = new Traffic();
  private TestVch blue = new TestVch(machine, "blue");

  /// A container network.
  private final class Net {
    final int number;
    final Lan lan;
    final Spot stranger; // the gateway
    final Spot neighbour; // has an address of the range
    TrustTable level;

    Net(int number) {
      this.number = number;
      this.level = LEVELS.get(number);
      this.lan = Lan.create(machine, "lan" + number);
      this.stranger = lan.host("s" + number, v4(1) + "/24", v6("1") + "/64");
      this.neighbour = lan.host("n" + number, v4(199) + "/24", v6("ff") + "/64");
      hosts.serve(stranger, 80, "host");
    }

    String name() {
      return lan.name();
    }

    String v4(int host) {
      return "10.31." + number + "." + host;
    }

    String v6(String host) {
      return "fd31:" + number + "::" + host;
    }

    List<String> options() {
      return List.of(
          "-cn",
          name(),
          "-cng",
          name() + ":" + v4(1) + "/24",
          "-cng",
          name() + ":" + v6("1") + "/64",
          "-cnr",
          name() + ":" + v4(100) + "-199",
          "-cnr",
          name() + ":" + v6("10") + "-" + v6("ff"),
          "-cnf",
          name() + ":" + level.level());
    }

    String container(String kind) {
      return kind + "-" + name();
    }

    String inspect(String container, String field) {
      return blue.docker(
              "inspect",
              "--format",
              "{{(index .NetworkSettings.Networks \"" + name() + "\")." + field + "}}",
              container(container))
          .ok();
    }
  }

  @BeforeAll
  void start() throws Exception {
    machine.startDaemon();
    IntStream.range(0, LEVELS.size()).forEach(i -> nets.add(new Net(i)));
    blue =
        machine.create(
            "blue", nets.stream().flatMap(n -> n.options().stream()).toArray(String[]::new));
    each(
        net -> {
          run(net, "peer");
          run(net, "own", ports(net.level));
        });
  }

  @AfterAll
  void stop() {
    programs.close();
    hosts.close();
    machine.close();
  }

  /// What the level allows to publish.
  private static String[] ports(TrustTable level) {
    var out = new ArrayList<String>();
    if (level.published() != Who.REFUSED) {
      out.addAll(List.of("-p", "80:80", "-p", "80:80/udp"));
    }
    if (level.redirected() != Who.REFUSED) {
      out.addAll(List.of("-p", "8080:81", "-p", "8080:81/udp"));
    }
    return out.toArray(String[]::new);
  }

  private void run(Net net, String kind, String... options) {
    var words =
        Command.words(
            List.of("run", "-d", "--name", net.container(kind), "--net", net.name()), options);
    blue.docker(Command.words(words, "busybox", "sleep", "3600").toArray(String[]::new)).ok();
  }

  private interface Work {
    void on(Net net) throws Exception;
  }

  /// Networks side by side.
  private void each(Work work) throws Exception {
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<?>>();
      for (var net : nets) {
        all.add(
            each.submit(
                () -> {
                  work.on(net);
                  return net;
                }));
      }
      for (var one : all) {
        one.get();
      }
    }
  }

  /// Programs of the containers listen; those of earlier runs end.
  private void listen(String... kinds) {
    programs.close();
    programs = new Traffic();
    for (var net : nets) {
      for (var kind : kinds) {
        var spot = Spot.in(blue, net.container(kind));
        for (int port : List.of(80, 81, 82)) {
          programs.serve(spot, port, "port " + port);
        }
      }
    }
  }

  /// What is asked, and whether it should pass.
  private record Cell(String name, boolean passes, BooleanSupplier asked) {
    /// What should pass may need several tries, what should not has one.
    boolean passed() {
      return IntStream.range(0, passes ? TRIES : 1).anyMatch(_ -> asked.getAsBoolean());
    }
  }

  /// The cells of one container at the level that its network has now.
  private final class Cells {
    private final Net net;
    private final TrustTable level;
    private final String container;
    private final List<Cell> all = new ArrayList<>();

    Cells(Net net, String kind) {
      this.net = net;
      this.level = net.level;
      this.container = net.container(kind);
      var self = Spot.in(blue, container);
      var peer = Spot.in(blue, net.container("peer"));
      for (var address :
          List.of(net.inspect(kind, "IPAddress"), net.inspect(kind, "GlobalIPv6Address"))) {
        from("a stranger", net.stranger, false, address);
        from("a neighbour in the range", net.neighbour, true, address);
        from("a member", peer, true, address);
      }
      for (var address : List.of(net.v4(1), net.v6("1"))) {
        ask(container, self, address, 80, "host", level.outbound());
        cell(container + " pings " + address, level.outbound(), () -> self.pings(address));
      }
    }

    private void from(String who, Spot from, boolean peer, String address) {
      ask(who, from, address, 80, "port 80", level.at(level.published()).admits(peer));
      ask(who, from, address, 8080, "port 81", level.at(level.redirected()).admits(peer));
      ask(who, from, address, 81, "port 81", level.at(level.target()).admits(peer));
      ask(who, from, address, 82, "port 82", level.other().admits(peer));
      cell(who + " pings " + address, level.ping().admits(peer), () -> from.pings(address));
    }

    private void ask(String who, Spot from, String address, int port, String text, boolean passes) {
      cell(
          who + " asks " + address + " " + port + "/tcp",
          passes,
          () -> hosts.tcp(from, address, port).startsWith(text));
      cell(
          who + " asks " + address + " " + port + "/udp",
          passes,
          () -> hosts.udp(from, address, port).startsWith(text));
    }

    private void cell(String what, boolean passes, BooleanSupplier asked) {
      all.add(new Cell(level.level() + ", " + container + ": " + what, passes, asked));
    }
  }

  private List<Cell> cells(String... kinds) throws Exception {
    var out = new ArrayList<Cell>();
    each(
        net -> {
          for (var kind : kinds) {
            var cells = new Cells(net, kind).all;
            synchronized (out) {
              out.addAll(cells);
            }
          }
        });
    return out;
  }

  /// Levels let pass what they should and nothing else.
  private static void hold(List<Cell> cells) throws Exception {
    var expected = new TreeMap<String, Boolean>();
    var seen = new ConcurrentSkipListMap<String, Boolean>();
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<?>>();
      for (var cell : cells) {
        expected.put(cell.name, cell.passes);
        all.add(each.submit(() -> seen.put(cell.name, cell.passed())));
      }
      for (var one : all) {
        one.get();
      }
    }
    seen.entrySet().removeAll(expected.entrySet());
    assertThat(seen).as("what passed and should not, or the other way round").isEmpty();
    assertThat(expected).hasSameSizeAs(cells);
  }

  @Test
  @Order(1)
  void ports_that_a_level_does_not_offer_are_refused() throws Exception {
    each(
        net -> {
          var level = net.level;
          boolean peers = level.level().equals("peers");
          var text = (peers ? NO_NEED : WITHOUT).formatted(net.name());
          if (level.published() == Who.REFUSED) {
            for (var port : List.of("80", "80:80", "80/udp", "8000-8010:8000-8010")) {
              refused(net, text, "-p", port);
            }
            refused(net, text, "-P", "--expose", "80");
          }
          if (level.redirected() == Who.REFUSED) {
            refused(net, text, "-p", "8080:81");
            refused(net, text, "-p", "8080:81/udp");
          } else {
            refused(
                net,
                "ports published on external networks cannot include both a redirect and a range (8081-8088)",
                "-p",
                "8081-8088:80");
          }
        });
  }

  private void refused(Net net, String text, String option, String... more) {
    var words = Command.words(List.of("create", "--net", net.name(), option), more);
    blue.docker(Command.words(words, "busybox").toArray(String[]::new)).refused(text);
  }

  @Test
  @Order(2)
  void after_a_start() throws Exception {
    listen("own");
    hold(cells("own"));
  }

  /// Each level changes to each other one: in the first round to the next one, in the second to the
  /// second next one, and so on. In the end each network has the level that it had first.
  @Test
  @Order(3)
  void after_each_change_of_level() throws Exception {
    configure(net -> level("open"));
    each(net -> run(net, "web", ports(level("open"))));
    configure(net -> LEVELS.get(net.number));
    listen("own", "web");
    hold(cells("web"));
    for (int step = 1; step < LEVELS.size(); step++) {
      int by = step;
      configure(net -> LEVELS.get((LEVELS.indexOf(net.level) + by) % LEVELS.size()));
      hold(cells("web"));
    }
    assertThat(nets).allSatisfy(net -> assertThat(net.level).isEqualTo(LEVELS.get(net.number)));
  }

  private static TrustTable level(String name) {
    return LEVELS.stream().filter(l -> l.level().equals(name)).findFirst().orElseThrow();
  }

  private interface Next {
    TrustTable of(Net net);
  }

  /// All networks by one command.
  private void configure(Next next) {
    var words = new ArrayList<>(List.of("configure", "blue"));
    for (var net : nets) {
      net.level = next.of(net);
      words.addAll(List.of("-cnf", net.name() + ":" + net.level.level()));
    }
    machine.vch(words.toArray(String[]::new)).ok();
  }

  @Test
  @Order(4)
  void after_a_restart_of_the_containers() throws Exception {
    each(net -> blue.docker("restart", "-t", "0", net.container("own")).ok());
    listen("own", "web");
    hold(cells("own"));
    each(
        net -> {
          var restart = blue.docker("restart", "-t", "0", net.container("web"));
          if (net.level.published() == Who.REFUSED) {
            restart.refused(
                net.level.level().equals("peers")
                    ? NO_NEED.formatted(net.name())
                    : WITHOUT.formatted(net.name()));
          } else {
            restart.ok();
          }
        });
  }

  @Test
  @Order(5)
  void without_a_daemon_and_after_its_restart() throws Exception {
    listen("own");
    var cells = cells("own");
    machine.stopDaemon();
    hold(cells);
    machine.startDaemon();
    hold(cells);
    machine.killDaemon();
    hold(cells);
    machine.startDaemon();
    hold(cells);
    assertThat(machine.vch("plan").ok()).isEmpty();
  }
}
