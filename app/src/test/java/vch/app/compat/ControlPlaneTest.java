package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Containers on container networks need no daemon: while it is killed, away, started and stopped,
/// hosts of the LAN ask them at a steady rate, and every question is answered. One container has an
/// address of a range, one a lease that ends soon, one is published by NAT. `-Dabsence.seconds`
/// makes the absence longer.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlPlaneTest {
  private static final int ABSENCE_SECONDS = Integer.getInteger("absence.seconds", 10);

  /// Half of it is when the client asks again.
  private static final int LEASE_SECONDS = 6;

  private static final int PER_SECOND = 50;
  private static final int ARP_PER_SECOND = 4;

  /// What has not come by then is lost; a busy machine needs longer than a packet.
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private static final int ECHO = 7000;
  private static final int SERVER = 90;
  private static final Pattern SEQUENCE = Pattern.compile("icmp_seq=(\\d+) ");

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic(ANSWER);
  private final List<AutoCloseable> running = new ArrayList<>();
  private final List<Load> loads = new ArrayList<>();
  private final List<Pinger> pingers = new ArrayList<>();

  /// ping(8) and whom it asks.
  private record Pinger(String name, Spot from, Talk talk) {
    /// What TCP hides: segments that the asker sent again.
    String repeated() {
      var tcp =
          from.run("cat", "/proc/net/snmp").ok().lines().filter(l -> l.startsWith("Tcp:")).toList();
      var names = List.of(tcp.getFirst().split(" "));
      return tcp.getLast().split(" ")[names.indexOf("RetransSegs")];
    }
  }

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() throws Exception {
    for (var one : running.reversed()) {
      one.close();
    }
    traffic.close();
    machine.close();
  }

  private <T extends AutoCloseable> T own(T one) {
    running.add(one);
    return one;
  }

  @Test
  void containers_need_no_daemon() throws Exception {
    var office = Lan.create(machine, "office");
    var hall = Lan.create(machine, "hall");
    var clerk = office.host("clerk", "10.2.0.1/16");
    var porter = hall.host("porter", "10.3.0.1/24");
    var kea =
        own(
            new Kea(
                porter,
                machine.directory("kea"),
                LEASE_SECONDS,
                "10.3.0.0/24",
                "10.3.0.100 - 10.3.0.109",
                Map.of("routers", "10.3.0.1")));
    var blue =
        machine.create(
            "blue",
            "-cn",
            "office",
            "-cng",
            "office:10.2.0.1/16",
            "-cnr",
            "office:10.2.1.0/24",
            "-cn",
            "hall");
    var neighbour =
        Spot.named(machine.host("n", machine.vmNetwork(), "192.168.218.200/24").namespace());
    serve(blue, "fixed", "office");
    serve(blue, "leased", "hall");
    serve(blue, "translated", "bridge");
    var leased = blue.address("leased");

    ask("range", clerk, blue.address("fixed"));
    ask("lease", porter, leased);
    ask("NAT", neighbour, blue.publicAddress());
    TestMachine.until("all answer", () -> loads.stream().allMatch(l -> l.done() > 0));
    var before = blue.docker("inspect", "fixed", "translated").ok();

    machine.killDaemon();
    long given = kea.given(leased);
    TimeUnit.SECONDS.sleep(ABSENCE_SECONDS); // what is tried is that time passes
    TestMachine.until("the lease is renewed without a daemon", () -> kea.given(leased) > given);
    machine.startDaemon();
    assertThat(blue.docker("inspect", "fixed", "translated").ok()).isEqualTo(before);
    assertThat(machine.vch("plan").ok()).isEmpty();
    machine.stopDaemon();
    machine.startDaemon();
    machine.killDaemon();
    machine.startDaemon();
    assertThat(blue.address("leased")).isEqualTo(leased);
    assertThat(machine.vch("plan").ok()).isEmpty();

    loads.forEach(Load::close);
    report();
  }

  private void serve(TestVch vch, String name, String network) {
    vch.docker(
            "run",
            "-d",
            "--name",
            name,
            "--net",
            network,
            "-p",
            ECHO + ":" + ECHO,
            "-p",
            SERVER + ":" + SERVER,
            "-p",
            SERVER + ":" + SERVER + "/udp",
            "busybox",
            "nc",
            "-ll",
            "-p",
            ECHO + "",
            "-e",
            "cat")
        .ok();
    traffic.serve(Spot.in(vch, name), SERVER, name);
  }

  /// All kinds of questions at once; the neighbour forgets where the address is several times a
  /// second.
  private void ask(String name, Spot from, String address) throws IOException {
    TestMachine.until(address + " answers", () -> traffic.tcp(from, address, SERVER).contains(" "));
    var stream = own(traffic.dial(from, address, ECHO));
    stream.socket().setSoTimeout((int) ANSWER.toMillis());
    load(name + ": lines of a TCP stream", PER_SECOND, () -> echoes(stream));
    load(
        name + ": new TCP connections",
        PER_SECOND,
        () -> traffic.tcp(from, address, SERVER).contains(" "));
    load(name + ": datagrams", PER_SECOND, () -> traffic.udp(from, address, SERVER).contains(" "));
    load(
        name + ": ARP requests",
        ARP_PER_SECOND,
        () -> {
          from.run("ip", "neigh", "flush", "dev", "eth0").ok();
          return from.run("busybox", "arping", "-c", "1", "-w", "10", "-I", "eth0", address)
                  .status()
              == 0;
        });
    pingers.add(
        new Pinger(
            name + ": pings",
            from,
            own(
                new Talk(
                    Map.of(),
                    List.of(
                        "nsenter", "--net=" + from.path(), "ping", "-n", "-i", "0.02", address)))));
  }

  private void load(String name, int perSecond, java.util.function.BooleanSupplier work) {
    loads.add(own(new Load(name, perSecond, work)));
  }

  private static boolean echoes(SocketChannel stream) {
    var said =
        Long.toString(System.nanoTime(), 36).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try {
      stream.write(ByteBuffer.wrap(said));
      return java.util.Arrays.equals(
          said, stream.socket().getInputStream().readNBytes(said.length));
    } catch (IOException _) { // silence, or cut off
      return false;
    }
  }

  /// Prints what was counted, and finds that nothing was lost.
  private void report() {
    var lost = new TreeMap<String, Integer>();
    for (var load : loads) {
      System.out.println(load.name() + ": " + load.tried() + " tried, " + load.lost() + " lost");
      lost.put(load.name(), load.lost());
    }
    for (var pinger : pingers) {
      var answered =
          pinger.talk.lines().stream()
              .map(SEQUENCE::matcher)
              .filter(java.util.regex.Matcher::find)
              .map(m -> Integer.parseInt(m.group(1)))
              .distinct()
              .toList();
      int sent = answered.stream().mapToInt(Integer::intValue).max().orElse(0);
      System.out.println(
          pinger.name
              + ": "
              + sent
              + " tried, "
              + (sent - answered.size())
              + " lost; TCP segments sent again: "
              + pinger.repeated());
      assertThat(sent).as(pinger.name).isGreaterThan(ABSENCE_SECONDS);
      lost.put(pinger.name, sent - answered.size());
    }
    assertThat(lost).hasSize(15).allSatisfy((name, count) -> assertThat(count).as(name).isZero());
  }
}
