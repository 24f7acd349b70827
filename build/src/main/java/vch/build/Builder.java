package vch.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import vch.build.context.Bounds;
import vch.build.context.FileSet;
import vch.build.context.FileSetReader;
import vch.build.context.Patterns;
import vch.build.dockerfile.Dockerfile;
import vch.build.run.Build;
import vch.portlayer.refusal.Refusal;

/// Makes an image by a Dockerfile and a build context. One object for each build; [#stop()] may be
/// called by any thread.
public final class Builder {
  private static final int DOCKERFILE_BYTES_MAX = 1 << 20;
  private static final int IGNORE_BYTES_MAX = 1 << 20;
  private static final String IGNORE = ".dockerignore";

  private final Site site;
  private final BuildRequest request;
  private final Output out;
  private final Build build;

  public Builder(Site site, Containers containers, BuildRequest request, Output out) {
    this.site = site;
    this.request = request;
    this.out = out;
    this.build = new Build(site, containers, request, out);
  }

  /// Ends the build as soon as possible; its containers go.
  public void stop() {
    build.stop();
  }

  /// Makes the image and gives it its names.
  ///
  /// @param context a tar archive, plain or compressed
  /// @return id of the image
  /// @throws Refusal with Docker's sentence
  /// @throws BuildFailed a program failed
  public String run(InputStream context) throws IOException {
    try (var files = FileSetReader.read(context, Bounds.DEFAULT, site.bench())) {
      return run(file(files), files);
    }
  }

  /// As [#run(InputStream)], by a context that is fetched by HTTP.
  ///
  /// @param remote its URL: an archive, or a Dockerfile alone
  public String run(String remote) throws IOException {
    out.text("Downloading build context from remote url: " + remote + "\n");
    try (var files = Remote.read(site, remote, request.dockerfile())) {
      return run(file(files), files);
    }
  }

  private String run(Dockerfile whole, FileSet files) throws IOException {
    var file = request.target().isEmpty() ? whole : whole.upTo(request.target());
    var image = build.run(file, files);
    out.text("Successfully built " + Build.brief(image) + "\n");
    for (var tag : request.tags()) {
      site.images().tag(site.vch(), image, tag);
      out.text("Successfully tagged " + tag + "\n");
    }
    return image;
  }

  /// Reads the Dockerfile; it and the list of what is ignored leave the context where that list
  /// says so.
  private Dockerfile file(FileSet files) throws IOException {
    var name = request.dockerfile();
    var found = files.find(name);
    if (found.isEmpty() && name.equals("Dockerfile")) {
      found = files.find("dockerfile");
    }
    var entry =
        found.orElseThrow(() -> new Refusal.Invalid("Cannot locate specified Dockerfile: " + name));
    var text = new String(files.bytes(entry, DOCKERFILE_BYTES_MAX), StandardCharsets.UTF_8);
    var ignore = files.find(IGNORE);
    if (ignore.isPresent()) {
      var patterns =
          Patterns.ignore(
              new String(files.bytes(ignore.get(), IGNORE_BYTES_MAX), StandardCharsets.UTF_8));
      for (var path : java.util.List.of(entry.path(), IGNORE)) {
        if (patterns.ignores(path)) {
          files.remove(path);
        }
      }
    }
    return Dockerfile.read(text, name, request.labels());
  }
}
