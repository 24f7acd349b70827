package vch.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The source tree of the project, seen from the folder of this module.
final class Tree {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Tree() {}

  static List<Path> javaFiles(String part) {
    try (var all = Files.walk(ROOT, 20)) {
      return all.filter(p -> p.toString().endsWith(".java"))
          .filter(p -> p.toString().contains("/src/" + part + "/"))
          .filter(p -> !p.toString().contains("/target/"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("walk " + ROOT, e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }

  /// Packages with main sources, `vch.portlayer.address` and so on.
  static Set<String> packages() {
    var out = new TreeSet<String>();
    for (var file : javaFiles("main")) {
      if (!file.endsWith("module-info.java")) {
        var text = file.toString();
        out.add(
            text.substring(text.indexOf("/src/main/java/") + 15, text.lastIndexOf('/'))
                .replace('/', '.'));
      }
    }
    return out;
  }
}
