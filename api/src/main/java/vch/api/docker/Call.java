package vch.api.docker;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import vch.api.http.Exchange;
import vch.api.http.HttpProblem;
import vch.api.http.Query;
import vch.portlayer.refusal.Refusal;

/// One call of the Docker API: an exchange, the version the client speaks, and the variables of the
/// path.
public final class Call {
  /// `Content-Type` of JSON answers.
  public static final String JSON = "application/json";

  private final Exchange exchange;
  private final ApiVersion version;
  private final Map<String, String> variables;

  public Call(Exchange exchange, ApiVersion version, Map<String, String> variables) {
    this.exchange = exchange;
    this.version = version;
    this.variables = Map.copyOf(variables);
  }

  public Exchange exchange() {
    return exchange;
  }

  public ApiVersion version() {
    return version;
  }

  /// True when the client speaks 1.`minor` or later.
  public boolean since(int minor) {
    return version.atLeast(minor);
  }

  /// A variable of the path, such as `id`.
  public String variable(String name) {
    return Optional.ofNullable(variables.get(name))
        .orElseThrow(() -> new IllegalStateException("the route has no variable " + name));
  }

  public Query query() {
    return exchange.query();
  }

  /// The body as a JSON object; one without members where there is no body.
  ///
  /// @throws Refusal.Invalid with Docker's words, for another content type and for what is not JSON
  public Fields body() throws IOException {
    return bodyIfAny().orElseGet(Fields::empty);
  }

  /// As [#body()], empty where there is no body, or it is `null`.
  public Optional<Fields> bodyIfAny() throws IOException {
    return bodyIfAny(Json::tree);
  }

  /// As [#bodyIfAny()].
  ///
  /// @param reader of the JSON value, called with the parser at its first token
  public Optional<Fields> bodyIfAny(Function<JsonParser, JsonNode> reader) throws IOException {
    if (exchange.bodyLength() == 0) {
      return Optional.empty();
    }
    ContentType.requireJson(exchange.header("Content-Type").orElse(""));
    byte[] bytes;
    try {
      bytes = exchange.body(Json.BODY_BYTES_MAX);
    } catch (HttpProblem e) {
      throw e.status() == 400
          ? new Refusal.Invalid("invalid JSON: unexpected EOF: " + e.getMessage())
          : e;
    }
    var tree = Json.parse(bytes, reader);
    return tree.isNull() ? Optional.empty() : Optional.of(Fields.of(tree, ""));
  }

  /// Answers without a body.
  public void reply(int status) throws IOException {
    exchange.respond(status);
  }

  /// Answers with JSON and a line feed, as Docker does.
  public void reply(int status, JsonNode tree) throws IOException {
    exchange.respond(status, JSON, Json.line(tree));
  }
}
