package vch.api.docker.image;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Call;
import vch.api.docker.Json;
import vch.api.docker.JsonStream;
import vch.api.docker.StreamLine;
import vch.engine.compute.Images.Progress;
import vch.engine.compute.Images.Pushed;

/// Progress as the docker CLI draws it. The answer begins with the first line, so that what fails
/// before has a status of its own; what fails later is a line.
final class ProgressStream implements Consumer<Progress> {
  private final Call call;
  private Optional<JsonStream> out = Optional.empty(); // guarded by this

  ProgressStream(Call call) {
    this.call = call;
  }

  @Override
  public void accept(Progress progress) {
    write(StreamLine.progress(progress));
  }

  void status(String text) {
    write(Json.object().put("status", text));
  }

  void text(String text) {
    write(Json.object().put("stream", text));
  }

  void pushed(Pushed it) {
    var line = Json.object();
    line.putObject("progressDetail");
    line.putObject("aux").put("Tag", it.tag()).put("Digest", it.digest()).put("Size", it.bytes());
    write(line);
  }

  boolean begun() {
    return out.isPresent();
  }

  private synchronized void write(ObjectNode line) {
    try {
      if (out.isEmpty()) {
        out = Optional.of(JsonStream.begin(call.exchange(), "\r\n", () -> {}));
      }
      out.get().write(line);
    } catch (IOException e) {
      throw new ClientGone(e); // whoever reports progress stops by it
    }
  }

  /// Runs the work; a failure after the first line becomes the last one.
  void run(Work work) throws Exception {
    try {
      runAndTell(work);
    } catch (ClientGone e) {
      throw e.why;
    }
  }

  private void runAndTell(Work work) throws Exception {
    try {
      work.run();
    } catch (ClientGone e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!begun()) {
        throw e;
      }
      var message = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
      var line = Json.object();
      line.putObject("errorDetail").put("message", message);
      write(line.put("error", message));
    }
  }

  private static final class ClientGone extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient IOException why;

    ClientGone(IOException why) {
      super(why);
      this.why = why;
    }
  }

  /// What may fail.
  interface Work {
    void run() throws Exception;
  }
}
