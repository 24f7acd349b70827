package vch.app.compat.differential;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What an engine answered.
///
/// @param headers by name in lower case
record Answer(int status, Map<String, String> headers, byte[] body) {
  Answer {
    headers = java.util.Collections.unmodifiableMap(new TreeMap<>(headers));
  }

  boolean ok() {
    return status < 400;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    var text = text().strip();
    return status
        + (text.isEmpty() ? "" : " " + (text.length() > 500 ? text.substring(0, 500) + "…" : text));
  }
}
