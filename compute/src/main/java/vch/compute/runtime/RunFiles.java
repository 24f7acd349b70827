package vch.compute.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import vch.engine.compute.Processes;
import vch.kernel.libc.Chmod;
import vch.portlayer.container.ContainerId;

/// Paths of the runs below the run directory: `c/<12 hex>` a bundle, `exits/<64 hex>` an exit code,
/// `rt-<name>` the runtime's own state. Short, as a socket's path takes 107 bytes.
record RunFiles(Path run) {
  Bundle bundle(ContainerId id) {
    return new Bundle(bundles().resolve(id.brief()));
  }

  Path bundles() {
    return run.resolve("c");
  }

  Path exits() {
    return run.resolve("exits");
  }

  Path exit(ContainerId id) {
    return exits().resolve(id.value());
  }

  Path runtimeRoot(Path runtime) {
    return run.resolve("rt-" + runtime.getFileName());
  }

  void make() throws IOException {
    Files.createDirectories(bundles());
    Files.createDirectories(exits());
  }

  List<Bundle> found() throws IOException {
    var found = new ArrayList<Bundle>();
    try (var entries = Files.newDirectoryStream(bundles())) {
      entries.forEach(e -> found.add(new Bundle(e)));
    }
    return found;
  }

  /// Writes the daemon's three files in place: containers hold them by bind mounts.
  static void write(Bundle bundle, Processes.Files files) throws IOException {
    write(bundle.resolvConf(), files.resolvConf());
    write(bundle.hosts(), files.hosts());
    write(bundle.hostname(), files.hostname());
  }

  private static void write(Path file, String text) throws IOException {
    boolean fresh = !Files.exists(file);
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try (var channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      long length = bytes.remaining();
      long at = 0;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
      channel.truncate(length); // after writing, so that a reader never finds it empty
    }
    if (fresh) {
      Chmod.chmod(file, 0644);
    }
  }
}
