package vch.build.context;

import java.util.ArrayList;

/// Paths as Dockerfiles write them. Pure.
public final class Paths {
  private Paths() {}

  /// Without `.`, `..` and slashes at either end; what leads above the root stays in it.
  public static String relative(String path) {
    var parts = new ArrayList<String>();
    for (var part : path.split("/", -1)) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  /// Whether a relative path leads above where it begins.
  public static boolean leadsOut(String path) {
    int depth = 0;
    for (var part : path.split("/", -1)) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        return !path.startsWith("/");
      }
    }
    return false;
  }

  /// Absolute and clean; relative ones begin at the working directory.
  public static String absolute(String workingDir, String path) {
    return "/" + relative(path.startsWith("/") ? path : workingDir + "/" + path);
  }
}
