package vch.api.docker.build;

import java.io.IOException;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.Json;
import vch.api.docker.JsonStream;
import vch.api.docker.StreamLine;
import vch.build.BuildFailed;
import vch.build.Output;
import vch.engine.compute.Images.Progress;

/// The answer of a build. It begins with the first line, so that what fails before has a status of
/// its own. A client that has gone stops the build and is told nothing more.
final class BuildStream implements Output {
  private static final String RED = "\u001b[91m";
  private static final String PLAIN = "\u001b[0m";

  private static final int HELD_CHARS_MAX = 1 << 20;

  private final Call call;
  private final boolean quiet;
  private final StringBuilder held = new StringBuilder(); // of a quiet build, for when it fails
  private Optional<JsonStream> out = Optional.empty(); // guarded by this
  private boolean gone; // guarded by this
  private Runnable onGone = () -> {};

  BuildStream(Call call, boolean quiet) {
    this.call = call;
    this.quiet = quiet;
  }

  void onGone(Runnable action) {
    onGone = action;
  }

  @Override
  public void text(String text) {
    stream(text);
  }

  @Override
  public void error(String text) {
    stream(RED + text + PLAIN);
  }

  private void stream(String text) {
    if (!quiet) {
      write(Json.object().put("stream", text));
    } else if (held.length() < HELD_CHARS_MAX) {
      held.append(text);
    }
  }

  @Override
  public void image(String id) {
    if (!quiet) {
      var line = Json.object();
      line.putObject("aux").put("ID", id);
      write(line);
    }
  }

  /// What a quiet build says in the end.
  void result(String id) {
    if (quiet) {
      write(Json.object().put("stream", id + "\n"));
    }
  }

  @Override
  public void progress(Progress progress) {
    if (!quiet) {
      write(StreamLine.progress(progress));
    }
  }

  private void write(ObjectNode line) {
    try {
      begin().write(line);
    } catch (IOException _) {
      lost();
    }
  }

  private synchronized JsonStream begin() throws IOException {
    if (out.isEmpty()) {
      out = Optional.of(JsonStream.begin(call.exchange(), "\r\n", this::lost));
    }
    return out.get();
  }

  private void lost() {
    synchronized (this) {
      if (gone) {
        return;
      }
      gone = true;
    }
    onGone.run();
  }

  /// Runs the build; a failure after the first line becomes the last one.
  void run(Work work) throws Exception {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      if (quiet && !held.isEmpty()) {
        write(Json.object().put("stream", held.toString()));
      }
      if (!begun()) {
        throw e;
      }
      var message = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
      var line = Json.object();
      var detail = line.putObject("errorDetail");
      if (e instanceof BuildFailed failed) {
        detail.put("code", failed.code());
      }
      detail.put("message", message);
      write(line.put("error", message));
    }
  }

  private synchronized boolean begun() {
    return out.isPresent();
  }

  /// What may fail.
  interface Work {
    void run() throws Exception;
  }
}
