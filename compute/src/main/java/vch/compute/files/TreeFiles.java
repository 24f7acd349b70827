package vch.compute.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.archive.BadArchiveException;
import vch.archive.Compression;
import vch.engine.compute.ContainerFiles;
import vch.engine.compute.Processes.RootAction;
import vch.engine.compute.Volumes;
import vch.kernel.libc.Fd;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// [ContainerFiles] over trees held by descriptors. Holds no state; safe for all threads.
public final class TreeFiles implements ContainerFiles {
  private static final long ACCOUNTS_BYTES_MAX = 4L << 20;

  private final Source source;
  private final Volumes volumes;
  private final Path libraries;

  /// Where the files of containers are.
  public interface Source {
    /// Runs the action on the root that the container's processes see, with all that is mounted
    /// there; empty when it does not run.
    <T> Optional<T> running(Container container, RootAction<T> action) throws IOException;

    /// The files of a running container that the daemon owns, by their path inside.
    Map<String, Path> files(Container container);

    /// Runs the action on the mounted root file system, without what is mounted into it.
    <T> T root(Container container, RootAction<T> action) throws IOException;

    /// The root directory of an image, which cannot be written to.
    Fd image(String imageId) throws IOException;

    /// What the container changed, in overlayfs form.
    Path upper(Container container);

    /// The layers below it, highest first.
    List<Path> lower(Container container);

    /// Numbers of the container's user and group.
    ///
    /// @param passwd text of its /etc/passwd
    /// @param group text of its /etc/group
    long[] user(Container container, String passwd, String group);
  }

  /// @param libraries see [Compression#open(InputStream, Path)]
  public TreeFiles(Source source, Volumes volumes, Path libraries) {
    this.source = source;
    this.volumes = volumes;
    this.libraries = libraries;
  }

  private interface Work<T> {
    T on(FileTree tree) throws IOException;
  }

  /// As Docker shows them: the root file system and what was asked to be mounted into it; not what
  /// the kernel shows (/proc, /sys, /dev), nor what the container has mounted itself.
  private <T> T with(Container container, Work<T> work) throws IOException {
    var held = new ArrayList<Fd>();
    try {
      var live = source.running(container, root -> withTemporary(container, root, held, work));
      return live.isPresent()
          ? live.get()
          : source.root(container, root -> on(root, mounts(container, held), work));
    } finally {
      held.forEach(Fd::close);
    }
  }

  /// A running container's temporary file systems are only where its processes are.
  private <T> T withTemporary(Container container, Path live, List<Fd> held, Work<T> work)
      throws IOException {
    var mounts = new HashMap<>(source.files(container));
    mounts.putAll(mounts(container, held));
    try (var tree = new FileTree(live, Map.of())) {
      for (var mount : container.spec().mounts()) {
        if (mount.kind() == Mount.Kind.TMPFS) {
          var found = tree.find(target(mount), true);
          if (found.isPresent()) {
            try (var it = found.get()) {
              mounts.put(target(mount), held(it.node().holdDirectory(), held));
            }
          }
        }
      }
    }
    return source.root(container, root -> on(root, mounts, work));
  }

  private static Path held(Fd fd, List<Fd> all) {
    all.add(fd);
    return Path.of(fd.path());
  }

  private static <T> T on(Path root, Map<String, Path> mounts, Work<T> work) throws IOException {
    try (var tree = new FileTree(root, mounts)) {
      return work.on(tree);
    }
  }

  /// @param held takes what keeps the paths valid
  private Map<String, Path> mounts(Container container, List<Fd> held) throws IOException {
    var mounts = new HashMap<String, Path>();
    for (var mount : container.spec().mounts()) {
      switch (mount.kind()) {
        case BIND -> mounts.put(target(mount), Path.of(mount.source()));
        case VOLUME -> {
          volumes.mount(container.vch(), mount.source());
          var volume = volumes.mountpoint(container.vch(), mount.source());
          mounts.put(
              target(mount),
              mount.part().isEmpty() ? volume : held(TreePart.hold(volume, mount), held));
        }
        case IMAGE -> {
          var all = held(source.image(mount.source()), held);
          mounts.put(
              target(mount), mount.part().isEmpty() ? all : held(TreePart.hold(all, mount), held));
        }
        case TMPFS -> {} // empty without its processes
      }
    }
    return mounts;
  }

  private static String target(Mount mount) {
    return Path.of(mount.target()).normalize().toString();
  }

  private static boolean wantsDirectory(String path) {
    return path.endsWith("/") || path.endsWith("/.") || path.equals(".");
  }

  private static Refusal.NotFound none(Container container, String path) {
    return new Refusal.NotFound(
        "Could not find the file " + path + " in container " + container.id());
  }

  private static FileTree.Found find(FileTree tree, Container container, String path)
      throws IOException {
    var found = tree.find(path, wantsDirectory(path)).orElseThrow(() -> none(container, path));
    if (wantsDirectory(path) && !found.node().directory()) {
      found.close();
      throw new Refusal.Invalid(path + " in container " + container.id() + " is not a directory");
    }
    return found;
  }

  @Override
  public Stat stat(Container container, String path) {
    try {
      return with(
          container,
          tree -> {
            try (var found = find(tree, container, path)) {
              var node = found.node();
              var target = node.kind() == Node.Kind.LINK ? target(tree, path, node) : "";
              var a = node.attributes();
              return new Stat(lastName(path), a.size(), a.mode(), a.modified(), target);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "look at " + path + " of container " + container.id().brief() + ": " + e.getMessage(), e);
    }
  }

  /// As Go's path.Base: `.` stays where the path ends with it.
  private static String lastName(String path) {
    var bare = path.replaceAll("/+$", "");
    return bare.isEmpty() ? "/" : bare.substring(bare.lastIndexOf('/') + 1);
  }

  private static String target(FileTree tree, String path, Node link) throws IOException {
    try (var end = tree.find(path, true).orElse(new FileTree.Found(link, Optional.empty()))) {
      if (!end.node().inside().equals(link.inside())) {
        return end.node().inside();
      }
      return Path.of(link.inside())
          .resolveSibling(Files.readSymbolicLink(link.at()))
          .normalize()
          .toString();
    }
  }

  @Override
  public void read(Container container, String path, OutputStream tar) throws IOException {
    with(
        container,
        tree -> {
          try (var found = find(tree, container, path);
              var writer = new TreeWriter(tree, tar)) {
            writer.put(found.node(), lastName(path));
          }
          return path;
        });
  }

  @Override
  public void write(Container container, String directory, InputStream tar, Unpacking how)
      throws IOException {
    with(
        container,
        tree -> {
          var base = base(tree, container, directory);
          writable(container, base);
          var owner =
              how.asUser() && !container.spec().user().isEmpty()
                  ? Optional.of(owner(tree, container))
                  : Optional.<TreeReader.Owner>empty();
          unpack(new TreeReader(tree, base, how, owner), tar);
          tar.transferTo(OutputStream.nullOutputStream()); // so that the client is done
          return directory;
        });
  }

  private void unpack(TreeReader reader, InputStream tar) throws IOException {
    try {
      reader.unpack(Compression.open(tar, libraries));
    } catch (BadArchiveException e) {
      throw new Refusal.Invalid(e.getMessage());
    }
  }

  private static String base(FileTree tree, Container container, String directory)
      throws IOException {
    try (var found = tree.find(directory, true).orElseThrow(() -> none(container, directory))) {
      if (!found.node().directory()) {
        throw new Refusal.Invalid("extraction point is not a directory");
      }
      return found.node().inside();
    }
  }

  private static void writable(Container container, String inside) {
    var mounted =
        container.spec().mounts().stream()
            .filter(m -> inside.equals(target(m)) || inside.startsWith(target(m) + "/"))
            .max(java.util.Comparator.comparingInt(m -> target(m).length()));
    if (mounted.isPresent() && mounted.get().readOnly()) {
      throw new Refusal.Invalid("mounted volume is marked read-only");
    }
    if (mounted.isEmpty() && container.spec().readOnlyRoot()) {
      throw new Refusal.Invalid("container rootfs is marked read-only");
    }
  }

  private TreeReader.Owner owner(FileTree tree, Container container) throws IOException {
    var numbers = source.user(container, text(tree, "/etc/passwd"), text(tree, "/etc/group"));
    return new TreeReader.Owner(numbers[0], numbers[1]);
  }

  private static String text(FileTree tree, String path) throws IOException {
    var found = tree.find(path, true);
    if (found.isEmpty()) {
      return "";
    }
    try (var it = found.get();
        var held = it.node().hold()) {
      var at = Path.of(held.path());
      var now = Node.look(at, path, true);
      if (now.kind() != Node.Kind.FILE || now.attributes().size() > ACCOUNTS_BYTES_MAX) {
        return "";
      }
      return new String(Files.readAllBytes(at), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void export(Container container, OutputStream tar) throws IOException {
    source.root(
        container,
        root ->
            on(
                root,
                Map.of(),
                tree -> {
                  try (var writer = new TreeWriter(tree, tar)) {
                    writer.put(tree.root(), "");
                  }
                  return root;
                }));
  }

  @Override
  public long layer(Container container, OutputStream tar) throws IOException {
    var upper = source.upper(container);
    return Files.isDirectory(upper) ? LayerWriter.write(upper, source.lower(container), tar) : 0;
  }

  @Override
  public List<Difference> differences(Container container) throws IOException {
    var upper = source.upper(container);
    return Files.isDirectory(upper)
        ? LayerDifference.of(upper, source.lower(container))
        : List.of();
  }
}
