package vch.app.compat.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The differences that are meant, each with its reason: `known-differences.json` beside this
/// class.
record Known(List<Entry> entries) {
  /// One difference that is meant.
  ///
  /// @param area heading of the page
  /// @param what one sentence: what differs
  /// @param operations pattern for the whole name of the step's operation
  /// @param place pattern for the whole place
  /// @param dockerd pattern found in what dockerd says
  /// @param ours pattern found in what a VCH says
  record Entry(
      String area,
      String what,
      Pattern operations,
      Pattern place,
      Pattern dockerd,
      Pattern ours,
      String reason) {
    boolean covers(Difference d) {
      return operations.matcher(d.operation()).matches()
          && place.matcher(d.place()).matches()
          && dockerd.matcher(d.dockerd()).find()
          && ours.matcher(d.ours()).find();
    }
  }

  static Known read() {
    try (var in = Known.class.getResourceAsStream("known-differences.json")) {
      if (in == null) {
        throw new IllegalStateException("there is no known-differences.json");
      }
      var out = new ArrayList<Entry>();
      for (var e : Engine.MAPPER.readTree(in)) {
        out.add(
            new Entry(
                e.path("area").asString(),
                e.path("what").asString(),
                pattern(e, "operations"),
                pattern(e, "place"),
                pattern(e, "dockerd"),
                pattern(e, "ours"),
                e.path("reason").asString()));
      }
      return new Known(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pattern pattern(JsonNode entry, String member) {
    return Pattern.compile(entry.path(member).asString(""), Pattern.DOTALL);
  }

  Optional<Entry> of(Difference difference) {
    return entries.stream().filter(e -> e.covers(difference)).findFirst();
  }
}
