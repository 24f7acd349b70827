package vch.api.docker.image;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import vch.api.docker.Fields;
import vch.api.docker.Json;
import vch.engine.compute.Images.Credentials;
import vch.portlayer.refusal.Refusal;

/// Reads the headers `X-Registry-Auth` and `X-Registry-Config`: base64 of a JSON object.
public final class RegistryAuth {
  private RegistryAuth() {}

  static Optional<Credentials> read(Optional<String> header) {
    if (header.isEmpty() || header.get().isBlank()) {
      return Optional.empty();
    }
    return of(decoded("X-Registry-Auth", header.get()));
  }

  /// Credentials by registry, as builds are given them.
  public static Fields all(Optional<String> header) {
    return header.isEmpty() || header.get().isBlank()
        ? Fields.empty()
        : decoded("X-Registry-Config", header.get());
  }

  private static Fields decoded(String name, String header) {
    try {
      var bytes = Base64.getDecoder().decode(header.strip().replace('-', '+').replace('_', '/'));
      return Json.read(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | Refusal.Invalid e) {
      throw new Refusal.Invalid(
          "the " + name + " header is not base64 of a JSON object: " + e.getMessage());
    }
  }

  /// From an AuthConfig; empty where it holds none.
  public static Optional<Credentials> of(Fields auth) {
    var user = auth.text("username");
    var password = auth.text("password");
    var both = auth.text("auth");
    if (user.isEmpty() && !both.isEmpty()) {
      var text = new String(decode(both), StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      user = colon < 0 ? text : text.substring(0, colon);
      password = colon < 0 ? "" : text.substring(colon + 1);
    }
    var identity = auth.text("identitytoken");
    var token = auth.text("registrytoken");
    return user.isEmpty() && identity.isEmpty() && token.isEmpty()
        ? Optional.empty()
        : Optional.of(new Credentials(user, password, identity, token));
  }

  private static byte[] decode(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal.Invalid(
          "the member auth of the X-Registry-Auth header is not base64: " + e.getMessage());
    }
  }
}
