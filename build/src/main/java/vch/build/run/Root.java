package vch.build.run;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.build.Site;
import vch.build.context.Bounds;
import vch.build.context.FileSetReader;
import vch.engine.compute.ContainerFiles.Stat;
import vch.engine.compute.ContainerFiles.Unpacking;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.port.PortSet;
import vch.portlayer.refusal.Refusal;

/// The files of an image with a layer over them to write to, as a container has them, but without a
/// container that anybody sees. What a crash leaves, the next daemon removes.
final class Root implements AutoCloseable {
  private static final int FILE_BYTES_MAX = 4 << 20;

  private final Site site;
  private final Container container;

  /// @param image id; empty: nothing
  Root(Site site, String image) {
    this.site = site;
    this.container = container(site, image);
    site.processes().prepare(container);
  }

  private static Container container(Site site, String image) {
    var spec = ContainerSpec.filesOf(image);
    var id = site.ids().get();
    return new Container(
        new ContainerId(id),
        site.vch(),
        "build-" + id,
        site.clock().instant(),
        "",
        "",
        new NetworkMode.None(),
        List.of(),
        List.of(),
        PortSet.EMPTY,
        false,
        List.of(),
        List.of(),
        Resolver.NONE,
        Map.of(),
        spec,
        ContainerState.NEW,
        "{}");
  }

  /// What stands at a path, a symbolic link at its end not followed.
  Optional<Stat> stat(String path) {
    try {
      return Optional.of(site.processes().files().stat(container, path));
    } catch (Refusal.NotFound _) {
      return Optional.empty();
    }
  }

  /// Whether a directory is there, or a link to one.
  boolean isDirectory(String path) {
    var found = stat(path);
    if (found.isPresent() && !found.get().linkTarget().isEmpty()) {
      found = stat(found.get().linkTarget());
    }
    return found.isPresent() && found.get().isDirectory();
  }

  /// Unpacks an archive over the root.
  void write(InputStream tar) throws IOException {
    site.processes().files().write(container, "/", tar, new Unpacking(false, false));
  }

  void read(String path, OutputStream tar) throws IOException {
    site.processes().files().read(container, path, tar);
  }

  /// Text of a small file; empty where there is none.
  String text(String path) throws IOException {
    var at = stat(path).map(s -> s.linkTarget().isEmpty() ? path : s.linkTarget());
    if (at.isEmpty() || stat(at.get()).map(Stat::sizeBytes).orElse(0L) > FILE_BYTES_MAX) {
      return "";
    }
    var tar = new ByteArrayOutputStream();
    read(at.get(), tar);
    try (var set =
        FileSetReader.read(
            new ByteArrayInputStream(tar.toByteArray()), Bounds.DEFAULT, site.bench())) {
      for (var entry : set.all()) {
        return new String(set.bytes(entry, FILE_BYTES_MAX), StandardCharsets.UTF_8);
      }
      return "";
    }
  }

  /// What was written, as a layer of images.
  long layer(OutputStream tar) throws IOException {
    return site.processes().files().layer(container, tar);
  }

  @Override
  public void close() {
    site.processes().delete(container.id());
  }
}
