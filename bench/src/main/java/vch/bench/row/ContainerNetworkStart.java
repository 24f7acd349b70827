package vch.bench.row;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import vch.bench.Bench;
import vch.bench.engine.Engine;
import vch.bench.engine.Lan;
import vch.bench.engine.Place;
import vch.bench.os.ArpFrames;
import vch.bench.os.Asker;
import vch.bench.os.Shell;
import vch.bench.os.Wait;
import vch.bench.result.Measured;

/// From `start` of a container that is there until a host of the LAN has a byte from its server.
/// The host asks all the time. How long Portlayer asks whether somebody has the address is a line
/// of its own, as the host sees it.
final class ContainerNetworkStart implements Row {
  private static final int PORT = 7000;
  private static final String FROM_START = ": from `start` to the first answer, ";

  @Override
  public void measure(Bench bench) {
    int rounds = bench.quick() ? 3 : 10;
    var all = bench.all();
    var ours = List.of(bench.portlayer());
    try (var lan = new Lan(bench.place(), bench.portlayer(), bench.dockerd(), bench.podman())) {
      lan.build();
      try (var host = new Asker(bench.shell(), lan.fromHost())) {
        var what = "container network" + FROM_START + "address ";
        bench.alternate(
            what + "from the range", "ms", rounds, all, e -> onNic(lan, host, e, List.of()));
        bench.alternate(
            what + "by `--ip`",
            "ms",
            rounds,
            all,
            e -> onNic(lan, host, e, List.of("--ip", lan.address(e))));
        byDhcp(bench, lan, host, what + "by DHCP", rounds);
      }
      bench.alternate(
          "container network: of that, asking whether somebody has the address",
          "ms",
          rounds,
          ours,
          e -> asking(bench, lan, e));
    }
    try (var outside = new Asker(bench.shell(), Place.within(bench.place().outside()))) {
      bench.place().askOften(bench.dockerd().namespace(), "docker0");
      var options = List.of("-p", PORT + ":" + PORT);
      bench.alternate(
          "bridge network" + FROM_START + "at a published port",
          "ms",
          rounds,
          all,
          e -> started(e, outside, options, e.publicAddress()));
    }
  }

  private static double onNic(Lan lan, Asker host, Engine engine, List<String> further) {
    var options = new ArrayList<>(List.of("--network", Lan.ON_NIC));
    options.addAll(further);
    if (engine.name().equals(Measured.PORTLAYER)) { // macvlan has no ports to open
      options.addAll(List.of("-p", Integer.toString(PORT)));
    }
    lan.forget();
    return started(engine, host, options, lan.address(engine));
  }

  private static double started(Engine engine, Asker asker, List<String> options, String address) {
    create(engine, options);
    try {
      return asker.millis(engine.words("start", "starts"), address, PORT);
    } finally {
      engine.clear();
    }
  }

  private static void create(Engine engine, List<String> options) {
    var create = new ArrayList<>(List.of("create", "--name", "starts"));
    create.addAll(options);
    create.addAll(
        List.of("busybox", "nc", "-ll", "-p", Integer.toString(PORT), "-e", "echo", "here"));
    engine.ok(create.toArray(String[]::new));
  }

  /// Nobody else asks DHCP servers for its containers.
  private static void byDhcp(Bench bench, Lan lan, Asker host, String what, int rounds) {
    var leases = bench.place().directory("leases");
    var server = lan.serveDhcp(leases);
    var options = List.of("--network", Lan.BY_DHCP, "-p", Integer.toString(PORT));
    try {
      bench.alternate(
          what,
          "ms",
          rounds,
          List.of(bench.portlayer()),
          e -> {
            double took = started(e, host, options, lan.dhcpAddress());
            Wait.until("the address given back", 20, () -> empty(leases));
            return took;
          });
    } finally {
      Shell.end(server);
    }
  }

  private static boolean empty(Path leases) {
    try {
      return Files.readString(leases).isBlank();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + leases, e);
    }
  }

  private static double asking(Bench bench, Lan lan, Engine engine) {
    var options = List.of("--network", Lan.ON_NIC, "-p", Integer.toString(PORT));
    create(engine, options);
    try (var frames = new ArpFrames(bench.shell(), lan.fromHost(), lan.cableToNic())) {
      engine.ok("start", "starts");
      return frames.fromProbeToAnnouncement(lan.address(engine));
    } finally {
      engine.clear();
    }
  }
}
