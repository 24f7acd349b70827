package vch.api.docker.image;

import java.util.Optional;
import vch.api.docker.Call;
import vch.api.docker.Json;
import vch.engine.compute.Images.ImageInfo;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;

/// A platform that a request names for an image that is here. Images have one platform; which one
/// was chosen when they were pulled.
record OnePlatform(String os, String architecture, String variant) {

  /// Reads the parameter `platform`, a JSON object.
  ///
  /// @param since second number of the API version that knows it
  static Optional<OnePlatform> asked(Call call, int since) {
    var text = call.since(since) ? call.query().text("platform") : "";
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(text));
  }

  static OnePlatform parse(String text) {
    try {
      var json = Json.read(text);
      return new OnePlatform(json.text("os"), json.text("architecture"), json.text("variant"));
    } catch (Refusal.Invalid _) {
      throw new Refusal.Invalid("failed to parse platform: \"" + text + "\" is no JSON object");
    }
  }

  Platform platform() {
    return Platform.normal(os, architecture, variant);
  }

  /// @throws Refusal.NotFound the image is for another one
  void check(ImageInfo image, String name) {
    boolean fits =
        os.equals(image.os())
            && architecture.equals(image.architecture())
            && (variant.isEmpty() || variant.equals(image.variant()));
    if (!fits) {
      throw new Refusal.NotFound(
          "image with reference "
              + name
              + " was found but does not provide the specified platform ("
              + this
              + ")");
    }
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
