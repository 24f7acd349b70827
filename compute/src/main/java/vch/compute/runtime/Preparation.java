package vch.compute.runtime;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.compute.log.LogFiles;
import vch.compute.rootfs.CopyUp;
import vch.compute.rootfs.MountTable;
import vch.compute.rootfs.Roots;
import vch.engine.compute.Volumes;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// What a container needs on disk before it can run: its layer, directories for binds, filled
/// volumes, a place for its log. Holds no state.
final class Preparation {
  /// A log that the daemon does not rotate in time grows to this size, or to the bound of all its
  /// files together if that is more, bytes.
  static final long UNWATCHED_BYTES_MAX = 16L << 20;

  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*([kmgKMG]?)[bB]?");

  private final Roots roots;
  private final Volumes volumes;

  Preparation(Roots roots, Volumes volumes) {
    this.roots = roots;
    this.volumes = volumes;
  }

  /// Doing it twice is the same as once: a volume that was emptied later stays empty.
  void prepare(Container container) throws IOException {
    log(container);
    roots.make(container);
    Files.createDirectories(logs(container.id()).directory());
    binds(container);
    var done = roots.home(container.id()).resolve("prepared");
    if (Files.exists(done)) {
      return;
    }
    for (var mount : container.spec().mounts()) {
      if (mount.kind() == Mount.Kind.VOLUME) {
        volume(container, mount);
      }
    }
    Files.createFile(done);
  }

  private void volume(Container container, Mount mount) throws IOException {
    volumes.create(container.vch(), mount.source());
    if (mount.options().contains("nocopy") || !mount.part().isEmpty()) {
      return;
    }
    var root = roots.hold(container);
    try {
      volumes.mount(container.vch(), mount.source());
      CopyUp.fill(root, mount.target(), volumes.mountpoint(container.vch(), mount.source()));
    } finally {
      roots.drop(container.id());
    }
  }

  /// A source that is not there becomes a directory, as `-v` has it, unless the mount says
  /// `nocreate`.
  void binds(Container container) throws IOException {
    for (var mount : container.spec().mounts()) {
      propagates(mount);
      if (mount.kind() != Mount.Kind.BIND || Files.exists(Path.of(mount.source()))) {
        continue;
      }
      if (mount.options().contains("nocreate")) {
        throw new Refusal.Invalid(
            "invalid mount config for type \"bind\": bind source path does not exist: "
                + mount.source());
      }
      try {
        Files.createDirectories(Path.of(mount.source()));
      } catch (FileAlreadyExistsException e) {
        throw new Refusal.Invalid(
            "error while creating mount source path '"
                + mount.source()
                + "': "
                + e.getMessage()
                + " is not a directory");
      }
    }
  }

  /// Mounts spread only from or to a mount that says so; the runtime would make a private one
  /// shared, which nobody else would notice.
  private static void propagates(Mount mount) throws IOException {
    boolean shared = mount.options().contains("shared") || mount.options().contains("rshared");
    boolean slave = mount.options().contains("slave") || mount.options().contains("rslave");
    if (mount.kind() != Mount.Kind.BIND || !(shared || slave)) {
      return;
    }
    var source = Path.of(mount.source());
    if (!Files.exists(source)) {
      return; // made later; on the mount of what is above it
    }
    var on = MountTable.propagation(source.toRealPath());
    if (!on.shared() && (shared || !on.slave())) {
      throw new Refusal.Failed(
          "path "
              + mount.source()
              + " is mounted on "
              + on.point()
              + " but it is not a shared "
              + (shared ? "mount" : "or slave mount"));
    }
  }

  LogFiles logs(ContainerId id) {
    return new LogFiles(roots.home(id).resolve("log").resolve("ctr.log"));
  }

  /// How a container's output is kept.
  ///
  /// @param kept false: not at all
  /// @param bytesMax of one file; 0: no bound
  /// @param filesMax with the current one
  /// @param compress rotated files
  record Log(boolean kept, long bytesMax, int filesMax, boolean compress) {
    /// Older files are wanted.
    boolean keepsRotated() {
      return kept && bytesMax > 0 && filesMax > 1;
    }

    /// Bytes at which conmon rotates by itself. Where the daemon does, that is for when it is away,
    /// or far behind.
    long writerBytesMax() {
      return keepsRotated()
          ? Math.max(UNWATCHED_BYTES_MAX, saturated(bytesMax, filesMax))
          : bytesMax;
    }
  }

  /// @throws Refusal.Unsupported for a driver that is not offered
  /// @throws Refusal.Invalid for an option's value
  static Log log(Container container) {
    var options = container.spec().logOptions();
    var driver = options.getOrDefault("driver", "");
    return switch (driver) {
      case "none" -> new Log(false, 0, 1, false);
      case "", "json-file", "local" -> {
        long bytes =
            Optional.ofNullable(options.get("max-size")).map(Preparation::bytes).orElse(0L);
        yield new Log(
            true,
            bytes,
            Optional.ofNullable(options.get("max-file")).map(Preparation::count).orElse(1),
            options.getOrDefault("compress", "").equals("true"));
      }
      default ->
          throw new Refusal.Unsupported(
              "logging driver \"" + driver + "\" is not offered; json-file, local and none are");
    };
  }

  private static long saturated(long bytes, int files) {
    return bytes > Long.MAX_VALUE / files ? Long.MAX_VALUE : bytes * files;
  }

  private static long bytes(String text) {
    if (text.equals("-1")) {
      return 0;
    }
    var match = SIZE.matcher(text.strip());
    if (!match.matches() || match.group(1).length() > 15) {
      throw new Refusal.Invalid(
          "invalid log option max-size: '" + text + "' is not a size such as 10m");
    }
    int shift =
        switch (match.group(2).toLowerCase(Locale.ROOT)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    return Long.parseLong(match.group(1)) << shift;
  }

  private static int count(String text) {
    try {
      int count = Integer.parseInt(text.strip());
      if (count >= 1) {
        return count;
      }
    } catch (NumberFormatException _) {
      throw new Refusal.Invalid("invalid log option max-file: '" + text + "' is not a number");
    }
    throw new Refusal.Invalid("invalid log option max-file: max-file cannot be less than 1");
  }
}
