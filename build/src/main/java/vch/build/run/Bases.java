package vch.build.run;

import java.util.List;
import java.util.Optional;
import vch.build.BuildRequest;
import vch.build.Output;
import vch.build.Site;
import vch.engine.compute.Images.ImageInfo;
import vch.portlayer.refusal.Refusal;

/// The images that a build begins with, fetched where they are missing. For one build.
final class Bases {
  /// What nothing is called.
  static final String SCRATCH = "scratch";

  private final Site site;
  private final BuildRequest request;
  private final Output out;

  Bases(Site site, BuildRequest request, Output out) {
    this.site = site;
    this.request = request;
    this.out = out;
  }

  /// Finds an image by name or id.
  ///
  /// @param platform asked for by FROM; empty: that of the build
  ImageInfo find(String name, String platform) {
    var wanted = platform.isEmpty() ? request.platform() : platform;
    if (!request.pull() || isId(name)) {
      try {
        var found = site.images().find(site.vch(), name);
        if (wanted.isEmpty() || fits(found, wanted)) {
          return found;
        }
      } catch (Refusal.NotFound e) {
        if (isId(name)) {
          throw e;
        }
      }
    }
    return site.images()
        .pull(
            site.vch(),
            tagged(name),
            Optional.of(wanted).filter(p -> !p.isEmpty()),
            request.credentials().apply(registry(name)),
            out::progress);
  }

  private static boolean isId(String name) {
    return name.startsWith("sha256:");
  }

  private static boolean fits(ImageInfo image, String platform) {
    var parts = List.of(platform.split("/", 3));
    return parts.getFirst().equals(image.os())
        && (parts.size() < 2 || parts.get(1).equals(image.architecture()))
        && (parts.size() < 3 || image.variant().isEmpty() || parts.get(2).equals(image.variant()));
  }

  private static String tagged(String name) {
    return name.contains("@") || name.lastIndexOf(':') > name.lastIndexOf('/')
        ? name
        : name + ":latest";
  }

  /// The registry that a name is at.
  static String registry(String name) {
    int slash = name.indexOf('/');
    var first = slash < 0 ? "" : name.substring(0, slash);
    return first.contains(".") || first.contains(":") || first.equals("localhost")
        ? first
        : "docker.io";
  }
}
