package vch.compute.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.kernel.libc.Chmod;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.portlayer.refusal.Refusal;

/// A tree of files that others may change at any time. Paths are walked name by name, each
/// directory opened by the descriptor of the one above it and never through a link; links are read
/// and walked here, from the tree's root. So nothing outside is ever touched, whatever is exchanged
/// meanwhile. For one thread.
final class FileTree implements AutoCloseable {
  /// As MAXSYMLINKS of the kernel.
  private static final int LINKS_MAX = 40;

  private static final int DEPTH_MAX = 512;

  /// Characters of a path that a refusal repeats.
  private static final int PATH_SHOWN_MAX = 200;

  private final Fd root;
  private final Map<String, Path> mounts;

  /// @param root of the tree
  /// @param mounts paths of the machine that stand in the place of paths inside; those that the
  ///   kernel has mounted are not to be named
  FileTree(Path root, Map<String, Path> mounts) throws IOException {
    try {
      this.root = Open.open(root, Open.O_PATH | Open.O_DIRECTORY);
    } catch (KernelException e) {
      throw new IOException("open " + root + ": " + e.getMessage(), e);
    }
    this.mounts = Map.copyOf(mounts);
  }

  Node root() throws IOException {
    return Node.look(Path.of(root.path()), "/", true);
  }

  /// What stands at the path; empty where nothing does.
  ///
  /// @param followLast whether a symbolic link at the end is followed
  Optional<Found> find(String path, boolean followLast) throws IOException {
    return walk(path, followLast, false);
  }

  /// The directory at the path; missing ones are made on the way.
  ///
  /// @throws NotDirectoryException something else stands there
  Found directory(String path) throws IOException {
    var found = walk(path, true, true).orElseThrow(() -> new NoSuchFileException(path));
    if (!found.node().directory()) {
      found.close();
      throw new NotDirectoryException(path);
    }
    return found;
  }

  /// A node, and what keeps the path to it valid.
  record Found(Node node, Optional<Fd> parent) implements AutoCloseable {
    @Override
    public void close() {
      parent.ifPresent(Fd::close);
    }
  }

  /// A directory that the walk is in.
  private record Step(String inside, Fd directory) {}

  private Optional<Found> walk(String path, boolean followLast, boolean make) throws IOException {
    var todo = new ArrayDeque<>(List.of(path.split("/", -1)));
    todo.removeIf(n -> n.isEmpty() || n.equals("."));
    var steps = new ArrayDeque<Step>();
    int links = 0;
    try {
      while (!todo.isEmpty()) {
        var name = todo.removeFirst();
        if (name.equals("..")) {
          leave(steps);
          continue;
        }
        if (steps.size() > DEPTH_MAX) {
          throw new Refusal.Invalid(brief(path) + ": too many directories in one another");
        }
        var found = child(here(steps), inside(steps), name);
        if (found.isEmpty() && make) {
          make(here(steps), name);
          found = child(here(steps), inside(steps), name);
        }
        if (found.isEmpty()) {
          return Optional.empty();
        }
        var node = found.get();
        if (node.kind() == Node.Kind.LINK && (followLast || !todo.isEmpty())) {
          if (++links > LINKS_MAX) {
            throw new Refusal.Invalid(brief(path) + ": too many levels of symbolic links");
          }
          var target = Files.readSymbolicLink(node.at()).toString();
          if (target.startsWith("/")) {
            steps.forEach(s -> s.directory().close());
            steps.clear();
          }
          var names = target.split("/", -1);
          for (int i = names.length - 1; i >= 0; i--) {
            if (!names[i].isEmpty() && !names[i].equals(".")) {
              todo.addFirst(names[i]);
            }
          }
        } else if (todo.isEmpty()) {
          return Optional.of(
              new Found(node, Optional.ofNullable(steps.pollLast()).map(Step::directory)));
        } else if (node.directory()) {
          steps.addLast(new Step(node.inside(), node.holdDirectory()));
        } else {
          return Optional.empty(); // a file has nothing below it
        }
      }
      var last = Optional.ofNullable(steps.pollLast());
      return last.isEmpty()
          ? Optional.of(new Found(root(), Optional.empty()))
          : Optional.of(
              new Found(
                  Node.look(Path.of(last.get().directory().path()), last.get().inside(), true),
                  last.map(Step::directory)));
    } finally {
      steps.forEach(s -> s.directory().close());
    }
  }

  private static void leave(ArrayDeque<Step> steps) {
    var left = steps.pollLast();
    if (left != null) {
      left.directory().close();
    }
  }

  private Fd here(ArrayDeque<Step> steps) {
    return steps.isEmpty() ? root : steps.getLast().directory();
  }

  private static String inside(ArrayDeque<Step> steps) {
    return steps.isEmpty() ? "/" : steps.getLast().inside();
  }

  private static void make(Fd directory, String name) throws IOException {
    var path = Path.of(directory.path()).resolve(name);
    Files.createDirectory(path);
    try (var made = Open.open(path, Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW)) {
      Chmod.chmod(Path.of(made.path()), 0755);
    } catch (KernelException e) {
      throw new IOException("make directory " + name + ": " + e.getMessage(), e);
    }
  }

  /// What stands under a name in a directory; empty where nothing does.
  Optional<Node> child(Fd directory, String parent, String name) throws IOException {
    var inside = parent.equals("/") ? "/" + name : parent + "/" + name;
    var mounted = Optional.ofNullable(mounts.get(inside)).filter(Files::exists);
    try {
      return Optional.of(
          mounted.isPresent()
              ? Node.look(mounted.get(), inside, true)
              : Node.look(Path.of(directory.path()).resolve(name), inside, false));
    } catch (NoSuchFileException | InvalidPathException _) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if ("File name too long".equals(e.getReason())) {
        return Optional.empty(); // nothing can stand under such a name
      }
      throw e;
    }
  }

  private static String brief(String path) {
    return path.length() > PATH_SHOWN_MAX ? path.substring(0, PATH_SHOWN_MAX) + "…" : path;
  }

  /// Names in a directory, in order.
  static List<String> names(Fd directory) throws IOException {
    var names = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(Path.of(directory.path()))) {
      entries.forEach(e -> names.add(e.getFileName().toString()));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(null);
    return names;
  }

  @Override
  public void close() {
    root.close();
  }
}
