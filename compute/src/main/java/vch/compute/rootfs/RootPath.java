package vch.compute.rootfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;

/// Paths inside a root file system, as a process with that root would see them: symbolic links,
/// also absolute ones and those with `..`, stay within the root. Only for roots in which nothing
/// runs that could exchange directories meanwhile.
public final class RootPath {
  private static final int LINKS_MAX =
      255; // as filepath-securejoin and the kernel's 40, generously

  private RootPath() {}

  /// Where on the machine `path` of the root is, all links followed, also a last one. Components
  /// that do not exist are taken as they are.
  ///
  /// @throws IOException too many links
  public static Path resolve(Path root, String path) throws IOException {
    var todo = new ArrayDeque<String>();
    push(todo, path);
    var at = new ArrayDeque<String>();
    int links = 0;
    while (!todo.isEmpty()) {
      var name = todo.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at.pollLast();
        continue;
      }
      at.addLast(name);
      var here = on(root, at);
      if (Files.isSymbolicLink(here)) {
        if (++links > LINKS_MAX) {
          throw new IOException(path + ": too many levels of symbolic links");
        }
        var target = Files.readSymbolicLink(here).toString();
        at.removeLast();
        if (target.startsWith("/")) {
          at.clear();
        }
        push(todo, target);
      }
    }
    return on(root, at);
  }

  private static void push(ArrayDeque<String> todo, String path) {
    var names = path.split("/", -1);
    for (int i = names.length - 1; i >= 0; i--) {
      todo.push(names[i]);
    }
  }

  private static Path on(Path root, ArrayDeque<String> names) {
    return root.resolve(String.join("/", names));
  }

  /// The text of a regular file of the root; empty when there is none, or when it is larger than
  /// `bytesMax`.
  public static String text(Path root, String path, long bytesMax) throws IOException {
    var file = resolve(root, path);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > bytesMax) {
      return "";
    }
    return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
  }
}
