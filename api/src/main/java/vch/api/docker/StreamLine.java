package vch.api.docker;

import tools.jackson.databind.node.ObjectNode;
import vch.engine.compute.Images.Progress;

/// Lines that several streams of the API have in common.
public final class StreamLine {
  private StreamLine() {}

  public static ObjectNode progress(Progress progress) {
    var line = Json.object().put("status", progress.status());
    if (!progress.id().isEmpty()) {
      var detail = line.putObject("progressDetail");
      if (progress.current() >= 0) {
        detail.put("current", progress.current());
        if (progress.total() >= 0) {
          detail.put("total", progress.total());
        }
      }
      line.put("id", progress.id());
    }
    return line;
  }
}
