package vch.app.compat.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One call of the API, the same for both engines. Texts may hold places such as `<id:c1>` for what
/// an engine chose itself; each engine's own is put in when the call is made.
///
/// @param operation what a list of differences calls it, `container create`
/// @param version of the path, `v1.41`; empty for a path without one
/// @param target path and query behind the version
/// @param body none where empty
/// @param binds the place that the `Id` of a successful answer fills, `id:c1`
/// @param settles a container whose end the call brings about
/// @param raw the answer is a stream until the connection ends
/// @param effect what the model knows after a success
record Step(
    String operation,
    String method,
    String version,
    String target,
    Map<String, String> headers,
    byte[] body,
    Optional<String> binds,
    Optional<String> settles,
    boolean raw,
    UnaryOperator<Model> effect) {
  static final String JSON = "application/json";

  static Step of(String operation, String method, String target) {
    return new Step(
        operation,
        method,
        "",
        target,
        Map.of(),
        new byte[0],
        Optional.empty(),
        Optional.empty(),
        false,
        m -> m);
  }

  Step version(String to) {
    return new Step(operation, method, to, target, headers, body, binds, settles, raw, effect);
  }

  Step json(String text) {
    return body(JSON, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  Step body(String type, byte[] bytes) {
    var more = new LinkedHashMap<>(headers);
    if (!type.isEmpty()) {
      more.put("Content-Type", type);
    }
    return new Step(operation, method, version, target, more, bytes, binds, settles, raw, effect);
  }

  Step header(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Step(operation, method, version, target, more, body, binds, settles, raw, effect);
  }

  Step binding(String place) {
    return new Step(
        operation,
        method,
        version,
        target,
        headers,
        body,
        Optional.of(place),
        settles,
        raw,
        effect);
  }

  Step settling(String container) {
    return new Step(
        operation,
        method,
        version,
        target,
        headers,
        body,
        binds,
        Optional.of(container),
        raw,
        effect);
  }

  Step streaming() {
    return new Step(operation, method, version, target, headers, body, binds, settles, true, effect)
        .header("Connection", "Upgrade")
        .header("Upgrade", "tcp");
  }

  Step then(UnaryOperator<Model> what) {
    return new Step(operation, method, version, target, headers, body, binds, settles, raw, what);
  }

  /// The path as sent.
  String path() {
    return (version.isEmpty() ? "" : "/" + version) + target;
  }

  boolean mentions(String name) {
    return List.of(path().split("[^A-Za-z0-9_.-]")).contains(name)
        || List.of(text().split("[^A-Za-z0-9_.-]")).contains(name);
  }

  private String text() {
    return new String(body, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    var shown = body.length > 2000 ? "(" + body.length + " bytes)" : text();
    return method
        + " "
        + path()
        + (headers.isEmpty() || headers.equals(Map.of("Content-Type", JSON)) ? "" : " " + headers)
        + (shown.isEmpty() ? "" : " " + shown);
  }
}
