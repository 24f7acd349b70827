package vch.compute.runtime;

import java.util.ArrayList;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import vch.engine.compute.Processes.StartFailed;

/// What OCI runtimes say when a process does not start, as exit codes and messages of Docker.
final class StartErrors {
  static final int NOT_FOUND = 127;
  static final int NOT_RUNNABLE = 126;
  static final int OTHER = 128;

  private static final JsonMapper JSON = new JsonMapper();

  private StartErrors() {}

  /// @param runtime name of the runtime
  /// @param said the runtime's own words
  static StartFailed create(String runtime, String said) {
    var text = said.startsWith(runtime) ? said : runtime + ": " + said;
    return new StartFailed(
        code(said),
        "failed to create task for container: failed to create shim task: OCI runtime create failed: "
            + hinted(text)
            + ": unknown");
  }

  static StartFailed exec(String said) {
    int code = code(said);
    return new StartFailed(
        code == OTHER ? NOT_RUNNABLE : code, "OCI runtime exec failed: " + said + ": unknown");
  }

  /// The message of a failure.
  static String said(Throwable failure) {
    var message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  /// As Docker decides, by the text.
  static int code(String said) {
    var text = said.toLowerCase(Locale.ROOT);
    if (text.contains("executable file not found")
        || text.contains("executable file `")
        || text.contains("no such file or directory")
        || text.contains("system cannot find the file specified")) {
      return NOT_FOUND;
    }
    if (text.contains("permission denied")
        || text.contains("is a directory")
        || text.contains("exec format error")) {
      return NOT_RUNNABLE;
    }
    return text.contains("not a directory") ? NOT_FOUND : OTHER;
  }

  private static String hinted(String text) {
    if (!text.toLowerCase(Locale.ROOT).contains("not a directory")) {
      return text;
    }
    return text
        + ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is"
        + " the expected type";
  }

  /// The last error of a runtime's log in JSON lines (`--log-format json`); empty when there is
  /// none.
  static String lastError(String log) {
    var errors = new ArrayList<String>();
    for (var line : log.lines().toList()) {
      try {
        var entry = JSON.readTree(line);
        if (entry.path("level").asString("").equals("error")
            || entry.path("level").asString("").equals("fatal")) {
          errors.add(entry.path("msg").asString(""));
        }
      } catch (JacksonException _) {
        errors.add(line.strip()); // a runtime that logs plain text
      }
    }
    return errors.isEmpty() ? "" : errors.getLast().strip();
  }
}
