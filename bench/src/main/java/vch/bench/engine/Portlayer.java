package vch.bench.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.bench.os.Shell;
import vch.bench.os.Wait;
import vch.bench.result.Measured;

/// Portlayer with one VCH, used by the docker CLI.
public final class Portlayer extends Engine {
  private static final String VCH = "bench";

  private final Path run;
  private final Path state;
  private Optional<Process> daemon = Optional.empty();
  private String address = "";

  /// @param name of the machine, unless there is another Portlayer
  public Portlayer(Place place, String name, int number) {
    super(place, place.addMachine(name, number));
    this.run = place.runDirectory(name);
    this.state = place.directory(name);
  }

  @Override
  public String name() {
    return Measured.PORTLAYER;
  }

  @Override
  public String version() {
    var commit =
        place
            .shell()
            .run(List.of("git", "-C", place.home().toString(), "rev-parse", "--short", "HEAD"));
    return "Portlayer " + commit.out().strip();
  }

  @Override
  public double start() {
    if (daemon.isEmpty()) {
      daemon =
          Optional.of(
              place
                  .shell()
                  .start(
                      "portlayer.log",
                      Place.within(
                          namespace,
                          place.home() + "/vch",
                          "daemon",
                          "--state-dir",
                          state.toString(),
                          "--run-dir",
                          run.toString())));
    }
    return Wait.until(
        "Portlayer's first answer",
        120,
        () ->
            Files.exists(admin())
                && (address.isEmpty() ? vchAnswers() : vch.bench.os.Http.answers(dockerSocket())));
  }

  private boolean vchAnswers() {
    return place.shell().run(vch("version")).status() == 0;
  }

  private Path admin() {
    return run.resolve("admin.sock");
  }

  private Path dockerSocket() {
    return run.resolve(VCH).resolve("docker.sock");
  }

  /// Words of `vch` for this daemon.
  public List<String> vch(String... words) {
    return Shell.words(List.of(place.home() + "/vch", "--run-dir", run.toString()), words);
  }

  /// Words that change the VCH.
  public List<String> configuring(String... options) {
    return Shell.words(vch("configure", VCH), options);
  }

  @Override
  void prepare() {
    place.shell().ok(vch("create", "--name", VCH));
    address = place.shell().ok(vch("inspect", "--name", VCH, "--format", "{{.Public.Address}}"));
    super.prepare();
    place
        .shell()
        .ok("ip", "-n", place.outside(), "route", "add", address + "/32", "via", "10.210.1.2");
  }

  @Override
  public void stop() {
    daemon.ifPresent(Shell::end);
    daemon = Optional.empty();
  }

  @Override
  public void close() {
    if (daemon.isPresent()) {
      place.shell().run(vch("delete", "--force", "--name", VCH));
    }
    super.close();
  }

  @Override
  public List<String> words(String... words) {
    return Shell.words(List.of("docker", "-H", "unix://" + dockerSocket()), words);
  }

  @Override
  public Optional<Path> socket() {
    return Optional.of(dockerSocket());
  }

  /// The daemon and the helpers that it started for itself.
  @Override
  public List<Long> daemons() {
    var out = new ArrayList<Long>();
    daemon.ifPresent(
        d -> {
          out.add(d.pid());
          d.descendants().forEach(p -> out.add(p.pid()));
        });
    return out;
  }

  @Override
  public String publicAddress() {
    return address;
  }
}
