package vch.bench.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.bench.os.Shell;

/// An engine that is measured, on a machine of its own.
public abstract class Engine implements AutoCloseable {
  protected final Place place;
  protected final String namespace;

  Engine(Place place, String namespace) {
    this.place = place;
    this.namespace = namespace;
  }

  /// The engine's column.
  public abstract String name();

  /// Version and the other programs that it runs with.
  public abstract String version();

  /// Starts the daemon, if there is one, and waits for its first answer.
  ///
  /// @return milliseconds until then
  public abstract double start();

  /// Ends the daemon in good order, containers too where they do not outlive it.
  public abstract void stop();

  /// Words of the engine's own command line.
  public abstract List<String> words(String... words);

  /// The engine's Docker API, if it is served.
  public abstract Optional<Path> socket();

  /// The processes that keep it going while no container runs.
  public abstract List<Long> daemons();

  /// Where published ports are reached from outside.
  public abstract String publicAddress();

  /// Starts it and makes it ready for the rows.
  public void begin() {
    start();
    prepare();
    ok("run", "--rm", "busybox", "true"); // whatever is made on first use
  }

  /// What must be done after the first start: a VCH, an image.
  void prepare() {
    place
        .shell()
        .ok(words("import", "--change", "CMD [\"sh\"]", place.image().toString(), "busybox"));
  }

  public String ok(String... words) {
    return place.shell().ok(words(words));
  }

  public double millis(String... words) {
    return place.shell().millis(words(words));
  }

  /// Runs a command many times at once.
  ///
  /// @param each words with a `%d` for the number
  public double together(int times, String... each) {
    var all = new ArrayList<List<String>>();
    for (int i = 0; i < times; i++) {
      var number = Integer.toString(i);
      all.add(
          words(List.of(each).stream().map(w -> w.replace("%d", number)).toArray(String[]::new)));
    }
    return place.shell().together(all);
  }

  /// Removes all containers.
  public void clear() {
    var ids = ok("ps", "-aq").lines().toList();
    if (!ids.isEmpty()) {
      place.shell().ok(Shell.words(Shell.words(words(), "rm", "-f"), ids.toArray(String[]::new)));
    }
  }

  /// The network namespace of the engine's machine.
  public String namespace() {
    return namespace;
  }

  /// Words that run a program of the machine in a running container's network.
  public List<String> inside(String container, String... words) {
    var pid = ok("inspect", "--format", "{{.State.Pid}}", container);
    return Shell.words(List.of("nsenter", "--net=/proc/" + pid + "/ns/net"), words);
  }

  /// Removes the containers, ends the daemon.
  @Override
  public void close() {
    stop();
  }
}
