package vch.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import vch.engine.machine.NamespaceName;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.netns.Gate;
import vch.kernel.netns.Pins;

/// All namespaces that are ours, and the machine's own. Safe for all threads; the monitor guards
/// the map.
final class Spaces implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Spaces.class.getName());

  private final Gate gate;
  private final Spares spares = new Spares();
  private final Pins pins;
  private final Space machine;
  private final Map<NamespaceName, Space> spaces = new TreeMap<>();
  private Consumer<Space> opened = _ -> {};

  /// Finds what is pinned in the directory when it is asked for.
  ///
  /// @param home the machine's namespace; ownership is taken
  Spaces(Path directory, Gate gate, Fd home) {
    this.gate = gate;
    this.pins = new Pins(directory);
    var path = Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + home.number());
    this.machine = new Space(NamespaceName.MACHINE, path, home, gate);
  }

  Space machine() {
    return machine;
  }

  /// From now on each namespace is shown to `listener` when we get a hand on it; those of now too.
  void onOpened(Consumer<Space> listener) {
    List<Space> present;
    synchronized (this) {
      opened = listener;
      present = List.copyOf(spaces.values());
    }
    present.forEach(listener);
  }

  /// Makes the namespace; nothing happens if it is there.
  void make(NamespaceName name) {
    if (name.equals(NamespaceName.MACHINE) || find(name).isPresent()) {
      return;
    }
    var fd = spares.take();
    try {
      pins.add(name.value(), fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
    put(new Space(name, pins.path(name.value()), fd, gate));
  }

  private Space put(Space space) {
    Consumer<Space> listener;
    synchronized (this) {
      var now = spaces.get(space.name());
      if (now != null) {
        space.close();
        return now;
      }
      spaces.put(space.name(), space);
      listener = opened;
    }
    listener.accept(space);
    return space;
  }

  /// Takes the namespace away; the kernel removes what is in it in the background.
  void remove(NamespaceName name) {
    if (name.equals(NamespaceName.MACHINE)) {
      throw new IllegalArgumentException("the machine's own namespace is never removed");
    }
    forget(name);
    pins.remove(name.value());
  }

  private void forget(NamespaceName name) {
    Space space;
    synchronized (this) {
      space = spaces.remove(name);
    }
    if (space != null) {
      space.close();
    }
  }

  Optional<Space> find(NamespaceName name) {
    if (name.equals(NamespaceName.MACHINE)) {
      return Optional.of(machine);
    }
    synchronized (this) {
      var space = spaces.get(name);
      if (space != null) {
        return Optional.of(space);
      }
    }
    return pins.open(name.value())
        .map(fd -> put(new Space(name, pins.path(name.value()), fd, gate)));
  }

  /// The namespace, which must be there.
  ///
  /// @throws Space.Gone it is not there
  Space get(NamespaceName name) {
    return find(name).orElseThrow(() -> new Space.Gone(name));
  }

  Path path(NamespaceName name) {
    return name.equals(NamespaceName.MACHINE) ? machine.path() : pins.path(name.value());
  }

  /// All that are pinned now.
  List<Space> pinned() {
    keepPinned();
    return pins.names().stream().map(NamespaceName::new).flatMap(n -> find(n).stream()).toList();
  }

  /// Somebody may have taken a pin away. The namespace goes on as long as we hold it, with all that
  /// is in it and the processes of its container, so it gets its pin again; one that cannot have it
  /// is let go.
  ///
  /// @return the namespaces that were let go
  List<NamespaceName> keepPinned() {
    List<Space> lost;
    synchronized (this) {
      var names = pins.names().stream().map(NamespaceName::new).collect(Collectors.toSet());
      lost = spaces.values().stream().filter(s -> !names.contains(s.name())).toList();
    }
    var gone = new ArrayList<NamespaceName>();
    for (var space : lost) {
      try {
        repin(space);
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "netns.pin.lost namespace=" + space.name() + "; it is made anew",
            e);
        forget(space.name());
        gone.add(space.name());
      }
    }
    return gone;
  }

  private synchronized void repin(Space space) {
    // Else it was removed meanwhile, by us, or is pinned again, by another thread.
    if (spaces.get(space.name()) == space && !pins.has(space.name().value())) {
      pins.add(space.name().value(), space.fd());
      LOG.log(System.Logger.Level.INFO, "netns.pin.restored namespace={0}", space.name());
    }
  }

  /// Those that we have a hand on.
  synchronized List<Space> open() {
    return List.copyOf(spaces.values());
  }

  @Override
  public void close() {
    spares.close();
    for (var space : open()) {
      space.close();
    }
    machine.close();
    try {
      pins.closeIfEmpty();
    } catch (KernelException e) {
      if (!e.is(Errno.EINVAL)) { // EINVAL: another daemon on the same directory did it
        throw e;
      }
    }
  }
}
