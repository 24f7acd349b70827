package vch.api.docker.image;

import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

/// The parameter `platform` of requests about images that are here: a JSON object. Images have one
/// platform; which one was chosen when they were pulled.
final class PlatformParameter {
  private PlatformParameter() {}

  /// @param since second number of the API version that knows it
  static Optional<Platform> asked(Call call, int since) {
    var text = call.since(since) ? call.query().text("platform") : "";
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(text));
  }

  static Platform parse(String text) {
    try {
      var json = Json.read(text);
      return Platform.normal(json.text("os"), json.text("architecture"), json.text("variant"));
    } catch (Refusal.Invalid _) {
      throw new Refusal.Invalid("failed to parse platform: \"" + text + "\" is no JSON object");
    }
  }

  /// @throws Refusal.NotFound the image is for another one
  static void check(Platform wanted, ImageInfo image, String name) {
    var has = Platform.normal(image.os(), image.architecture(), image.variant());
    boolean fits =
        wanted.equals(has)
            || (wanted.variant().isEmpty()
                && wanted.os().equals(has.os())
                && wanted.arch().equals(has.arch()));
    if (!fits) {
      throw new Refusal.NotFound(
          "image with reference "
              + name
              + " was found but does not provide the specified platform ("
              + wanted
              + ")");
    }
  }
}
