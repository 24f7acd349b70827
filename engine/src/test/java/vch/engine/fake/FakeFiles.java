package vch.engine.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import vch.engine.compute.ContainerFiles;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;

/// Every container has the file `/etc/hosts`, and its archives are words. Immutable but for what
/// was written last.
public final class FakeFiles implements ContainerFiles {
  private volatile String written = "";

  /// What was unpacked last, and how.
  public String written() {
    return written;
  }

  @Override
  public Stat stat(Container container, String path) {
    if (!path.equals("/etc/hosts")) {
      throw new Refusal.NotFound(
          "Could not find the file " + path + " in container " + container.id());
    }
    return new Stat("hosts", 3, 0x81a4, Instant.parse("2026-11-21T12:00:00Z"), "");
  }

  @Override
  public void read(Container container, String path, OutputStream tar) throws IOException {
    tar.write(("archive of " + path).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void write(Container container, String path, InputStream tar, Unpacking how)
      throws IOException {
    written = path + " " + new String(tar.readAllBytes(), StandardCharsets.UTF_8) + " " + how;
  }

  @Override
  public void export(Container container, OutputStream tar) throws IOException {
    tar.write("the whole root".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<Difference> differences(Container container) {
    return List.of(
        new Difference(Difference.Kind.CHANGED, "/etc"),
        new Difference(Difference.Kind.ADDED, "/etc/new"),
        new Difference(Difference.Kind.DELETED, "/etc/old"));
  }
}
