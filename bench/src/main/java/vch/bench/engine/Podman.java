package vch.bench.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import vch.bench.os.Proc;
import vch.bench.os.Shell;
import vch.bench.result.Measured;

/// Debian's podman as root, without a daemon: each command does the work itself. Network by
/// netavark and aardvark-dns, containers by the same runc as the others.
public final class Podman extends Engine {
  /// podman's own default asks for more open files than root may have on some machines.
  private static final String SETTINGS =
      """
      [containers]
      default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
      [network]
      network_backend = "netavark"
      [engine]
      cgroup_manager = "cgroupfs"
      events_logger = "file"
      runtime = "runc"
      helper_binaries_dir = ["/usr/lib/podman"]
      """;

  public Podman(Place place, String name, int number) {
    super(place, place.addMachine(name, number));
    try {
      Files.writeString(place.directory("containers.conf"), SETTINGS);
    } catch (IOException e) {
      throw new UncheckedIOException("write podman's settings", e);
    }
  }

  @Override
  public String name() {
    return Measured.PODMAN;
  }

  @Override
  public String version() {
    return ok("--version") + " with " + ok("info", "--format", "{{.Host.NetworkBackend}}");
  }

  @Override
  public double start() {
    return 0;
  }

  @Override
  public void stop() {}

  @Override
  public void close() {
    place.shell().run(words("rm", "-f", "-t", "0", "-a"));
    super.close();
  }

  @Override
  public void clear() {
    ok("rm", "-f", "-t", "0", "-a");
  }

  @Override
  public List<String> words(String... words) {
    var at = place.directory("podman");
    var run = place.runDirectory("podman");
    return Shell.words(
        Place.within(
            namespace,
            "podman",
            "--root",
            at + "/root",
            "--runroot",
            run + "/run",
            "--tmpdir",
            run + "/tmp",
            "--network-config-dir",
            at + "/networks",
            "--storage-driver",
            "overlay"),
        words);
  }

  @Override
  public Optional<Path> socket() {
    return Optional.empty();
  }

  @Override
  public List<Long> daemons() {
    return Proc.find(line -> line.contains("aardvark-dns --config"));
  }

  @Override
  public String publicAddress() {
    return "10.210.3.2";
  }
}
