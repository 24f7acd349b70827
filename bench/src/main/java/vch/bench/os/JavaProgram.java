package vch.bench.os;

import java.util.List;

/// Words that start a class of this program as a program of its own.
public final class JavaProgram {
  private JavaProgram() {}

  /// @param inside words that put it where it shall run
  public static List<String> words(List<String> inside, Class<?> main, String... arguments) {
    var java =
        Shell.words(
            inside,
            System.getProperty("java.home") + "/bin/java",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    return Shell.words(java, arguments);
  }
}
