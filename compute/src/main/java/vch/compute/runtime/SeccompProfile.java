package vch.compute.runtime;

import java.util.Collection;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.refusal.Refusal;

/// A system call filter that a user wrote in Docker's form, which knows conditions (`includes`,
/// `excludes`) that the OCI form does not.
final class SeccompProfile {
  private static final Map<String, String> DOCKER_NAMES =
      Map.of("x86_64", "amd64", "aarch64", "arm64");

  private SeccompProfile() {}

  /// The filter as `linux.seccomp` of the OCI configuration.
  ///
  /// @throws Refusal.Invalid when the text is no profile
  static ObjectNode compile(String json, Collection<String> capabilities, String architecture) {
    JsonNode profile;
    try {
      profile = new JsonMapper().readTree(json);
    } catch (JacksonException e) {
      throw new Refusal.Invalid("the seccomp profile is not JSON: " + e.getOriginalMessage());
    }
    if (!profile.isObject() || !profile.path("defaultAction").isString()) {
      throw new Refusal.Invalid("the seccomp profile has no defaultAction");
    }
    var filter = JsonNodeFactory.instance.objectNode();
    for (var field :
        new String[] {
          "defaultAction", "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata"
        }) {
      if (profile.has(field)) {
        filter.set(field, profile.get(field));
      }
    }
    if (profile.path("architectures").isArray() && !profile.path("architectures").isEmpty()) {
      filter.set("architectures", profile.get("architectures"));
    } else {
      var architectures = filter.putArray("architectures");
      Seccomp.architectures(architecture).forEach(architectures::add);
    }
    var rules = filter.putArray("syscalls");
    for (var rule : profile.path("syscalls")) {
      if (counts(rule, capabilities, DOCKER_NAMES.getOrDefault(architecture, architecture))) {
        copy(rule, rules.addObject());
      }
    }
    return filter;
  }

  private static void copy(JsonNode rule, ObjectNode to) {
    var names = to.putArray("names");
    if (rule.path("name").isString()) {
      names.add(rule.path("name").asString());
    }
    rule.path("names").forEach(n -> names.add(n.asString()));
    if (names.isEmpty() || !rule.path("action").isString()) {
      throw new Refusal.Invalid("the seccomp profile has a rule without names or action: " + rule);
    }
    to.put("action", rule.path("action").asString());
    for (var field : new String[] {"errnoRet", "args"}) {
      if (rule.has(field) && !rule.get(field).isNull()) {
        to.set(field, rule.get(field));
      }
    }
  }

  /// Kernels older than any that a `minKernel` of a known profile names are not supported, so that
  /// condition holds.
  private static boolean counts(
      JsonNode rule, Collection<String> capabilities, String architecture) {
    var includes = rule.path("includes");
    var excludes = rule.path("excludes");
    for (var cap : includes.path("caps")) {
      if (!capabilities.contains(cap.asString())) {
        return false;
      }
    }
    for (var cap : excludes.path("caps")) {
      if (capabilities.contains(cap.asString())) {
        return false;
      }
    }
    return (includes.path("arches").isEmpty() || holds(includes.path("arches"), architecture))
        && !holds(excludes.path("arches"), architecture);
  }

  private static boolean holds(JsonNode list, String value) {
    for (var each : list) {
      if (each.asString().equals(value)) {
        return true;
      }
    }
    return false;
  }
}
