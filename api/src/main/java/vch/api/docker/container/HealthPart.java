package vch.api.docker.container;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.portlayer.container.HealthCheck;
import vch.portlayer.refusal.Refusal;

/// `Config.Healthcheck` of a create request: field by field the user's, else the image's, else
/// Docker's.
///
/// @param check empty where there is none, or `NONE`
record HealthPart(Optional<HealthCheck> check, List<String> warnings) {
  /// API 1.44 brought `StartInterval`; it says nothing to clients before.
  private static final int START_INTERVAL_SINCE = 44;

  private static final List<String> SHELL = List.of("/bin/sh", "-c");
  private static final List<String> NUMBERS =
      List.of("Interval", "Timeout", "StartPeriod", "StartInterval", "Retries");

  /// Merges, checks, and writes into `config` what inspect is to show.
  ///
  /// @param config with the image's shell
  /// @throws Refusal.Invalid with Docker's words
  static HealthPart of(ObjectNode config, Optional<String> image, ApiVersion version) {
    var asked =
        config.path("Healthcheck") instanceof ObjectNode o
            ? Optional.of(o)
            : Optional.<ObjectNode>empty();
    if (!version.atLeast(START_INTERVAL_SINCE)) {
      asked.ifPresent(o -> o.remove("StartInterval"));
    }
    var inherited =
        image
            .map(text -> (ObjectNode) Shapes.HEALTHCHECK.read(Json.read(text).raw(), "Healthcheck"))
            .orElseGet(Json::object);
    if (asked.isEmpty() && inherited.isEmpty()) {
      return new HealthPart(Optional.empty(), List.of());
    }
    var merged = merge(asked.orElseGet(Json::object), inherited);
    config.set("Healthcheck", merged);
    verify(merged);
    return check(merged, shell(config));
  }

  /// Fields that say nothing are left out.
  private static ObjectNode merge(ObjectNode asked, ObjectNode inherited) {
    var out = Json.object();
    for (var from : List.of(asked, inherited)) {
      if (!out.has("Test") && !from.path("Test").isEmpty()) {
        out.set("Test", from.path("Test"));
      }
    }
    for (var field : NUMBERS) {
      long value = Shape.Read.number(asked, field);
      long number = value == 0 ? Shape.Read.number(inherited, field) : value;
      if (number != 0) {
        out.put(field, number);
      }
    }
    return out;
  }

  private static void verify(ObjectNode merged) {
    atLeastOneMilli(merged, "Interval");
    atLeastOneMilli(merged, "Timeout");
    if (Shape.Read.number(merged, "Retries") < 0) {
      throw new Refusal.Invalid("Retries in Healthcheck cannot be negative");
    }
    atLeastOneMilli(merged, "StartPeriod");
    atLeastOneMilli(merged, "StartInterval");
  }

  private static void atLeastOneMilli(ObjectNode merged, String field) {
    if (merged.has(field)
        && Duration.ofNanos(Shape.Read.number(merged, field)).compareTo(Duration.ofMillis(1)) < 0) {
      throw new Refusal.Invalid(field + " in Healthcheck cannot be less than 1ms");
    }
  }

  private static List<String> shell(ObjectNode config) {
    var own = Shape.Read.texts(config, "Shell");
    return own.isEmpty() ? SHELL : own;
  }

  private static HealthPart check(ObjectNode merged, List<String> shell) {
    var test = Shape.Read.texts(merged, "Test");
    if (test.isEmpty() || test.getFirst().equals("NONE")) {
      return new HealthPart(Optional.empty(), List.of());
    }
    var command = new ArrayList<String>();
    switch (test.getFirst()) {
      case "CMD" -> {}
      case "CMD-SHELL" -> command.addAll(shell);
      default -> {
        return new HealthPart(
            Optional.empty(),
            List.of(
                "Unknown healthcheck type '"
                    + test.getFirst()
                    + "' (expected 'CMD'): the container is not watched"));
      }
    }
    command.addAll(test.subList(1, test.size()));
    if (test.size() < 2) {
      throw new Refusal.Invalid(
          "invalid Test in Healthcheck: " + test.getFirst() + " is followed by no command");
    }
    return new HealthPart(
        Optional.of(
            new HealthCheck(
                command,
                time(merged, "Interval", HealthCheck.INTERVAL),
                time(merged, "Timeout", HealthCheck.TIMEOUT),
                time(merged, "StartPeriod", HealthCheck.START_PERIOD),
                time(merged, "StartInterval", HealthCheck.START_INTERVAL),
                retries(Shape.Read.number(merged, "Retries")))),
        List.of());
  }

  private static Duration time(ObjectNode merged, String field, Duration otherwise) {
    return merged.has(field) ? Duration.ofNanos(Shape.Read.number(merged, field)) : otherwise;
  }

  private static int retries(long asked) {
    return asked == 0 ? HealthCheck.RETRIES : (int) Math.min(asked, Integer.MAX_VALUE);
  }
}
