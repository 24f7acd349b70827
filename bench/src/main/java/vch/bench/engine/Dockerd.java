package vch.bench.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.bench.os.Http;
import vch.bench.os.Proc;
import vch.bench.os.Shell;
import vch.bench.os.Wait;
import vch.bench.result.Measured;

/// Debian's dockerd with the containerd that it starts. Containers outlive it (`--live-restore`),
/// as Portlayer's do.
public final class Dockerd extends Engine {
  private final Path run;
  private final Path data;
  private Optional<Process> daemon = Optional.empty();

  public Dockerd(Place place, String name, int number) {
    super(place, place.addMachine(name, number));
    this.run = place.runDirectory(name);
    this.data = place.directory(name);
  }

  @Override
  public String name() {
    return Measured.DOCKERD;
  }

  @Override
  public String version() {
    return "dockerd "
        + ok("version", "--format", "{{.Server.Version}}")
        + ", docker CLI "
        + ok("version", "--format", "{{.Client.Version}}")
        + ", "
        + place.shell().ok("runc", "--version").lines().findFirst().orElse("");
  }

  @Override
  public double start() {
    if (daemon.isEmpty()) {
      try {
        Files.createDirectories(run);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException("make " + run, e);
      }
      daemon =
          Optional.of(
              place
                  .shell()
                  .start(
                      "dockerd.log",
                      Place.within(
                          namespace,
                          "dockerd",
                          "--data-root",
                          data.toString(),
                          "--exec-root",
                          run + "/exec",
                          "-p",
                          run + "/pid",
                          "-H",
                          "unix://" + run + "/docker.sock",
                          "--storage-driver",
                          "overlay2",
                          "--live-restore",
                          "--experimental",
                          "--metrics-addr",
                          "127.0.0.1:9323",
                          "--bip", // room for a thousand containers
                          "172.31.0.1/16",
                          "--default-address-pool",
                          "base=172.16.0.0/13,size=24")));
    }
    return Wait.until(
        "dockerd's first answer", 300, () -> Http.answers(run.resolve("docker.sock")));
  }

  @Override
  public void stop() {
    daemon.ifPresent(Shell::end);
    daemon = Optional.empty();
  }

  @Override
  public void close() {
    if (daemon.isPresent()) {
      clear();
    }
    super.close();
  }

  @Override
  public List<String> words(String... words) {
    return Shell.words(List.of("docker", "-H", "unix://" + run + "/docker.sock"), words);
  }

  @Override
  public Optional<Path> socket() {
    return Optional.of(run.resolve("docker.sock"));
  }

  @Override
  public List<Long> daemons() {
    var out = new ArrayList<Long>();
    daemon.ifPresent(d -> out.add(d.pid()));
    out.addAll(Proc.find(line -> line.contains("containerd --config " + run)));
    return out;
  }

  @Override
  public String publicAddress() {
    return "10.210.2.2";
  }
}
