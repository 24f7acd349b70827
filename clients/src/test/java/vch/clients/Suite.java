package vch.clients;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import vch.app.compat.Command;
import vch.app.compat.Ran;

/// Runs classes of cases in a JVM of its own inside a network namespace, as the program of a user
/// on that machine would run. A thread cannot take a library into another namespace: such libraries
/// have threads of their own.
final class Suite {
  private Suite() {}

  /// @param namespace where the JVM runs
  /// @param environment what a user would set
  /// @param words a main class, or this class and classes of cases; before it options of the JVM
  static Ran java(String namespace, Map<String, String> environment, String... words) {
    return Command.run(environment(environment), new byte[0], command(namespace, words));
  }

  /// With the class path, which is long, where no message shows it.
  static Map<String, String> environment(Map<String, String> environment) {
    var all = new HashMap<>(environment);
    all.put("CLASSPATH", System.getProperty("java.class.path"));
    return all;
  }

  static List<String> command(String namespace, String... words) {
    return Command.words(
        List.of(
            "ip",
            "netns",
            "exec",
            namespace,
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED"),
        words);
  }

  /// The names of cases that passed, and how the others failed; status 1 if one failed or there was
  /// none.
  public static void main(String[] args) {
    var listener = new Results();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Stream.of(args).map(DiscoverySelectors::selectClass).toList())
            .build();
    LauncherFactory.create().execute(request, listener);
    System.out.println(listener.passed + " cases passed, " + listener.failed + " failed");
    System.exit(listener.failed == 0 && listener.passed > 0 ? 0 : 1);
  }

  /// Counts and prints.
  private static final class Results implements TestExecutionListener {
    private int passed;
    private int failed;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
        failed++;
        System.out.println("FAILED " + test.getDisplayName());
        result.getThrowable().ifPresent(t -> t.printStackTrace(System.out));
      } else if (test.isTest()) {
        passed++;
        System.out.println("passed " + test.getDisplayName());
      }
    }
  }
}
