package vch.build;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Locale;
import vch.archive.Compression;
import vch.build.context.Bounds;
import vch.build.context.FileSet;
import vch.build.context.FileSetReader;
import vch.portlayer.refusal.Refusal;

/// A build context that is fetched by HTTP, the way that the VCH reaches registries: an archive, or
/// a Dockerfile alone. Which of them is told by its first bytes.
final class Remote {
  /// Of a plain archive, the headers of its first entry are within them.
  private static final int HEAD_BYTES = 64 << 10;

  private Remote() {}

  /// @param remote as the client wrote it
  /// @param dockerfile what a Dockerfile alone is called
  static FileSet read(Site site, String remote, String dockerfile) throws IOException {
    var url = url(remote);
    try (var fetched = site.images().fetch(site.vch(), url)) {
      return read(site, fetched.body(), dockerfile);
    } catch (Refusal.Failed | IOException e) {
      throw new Refusal.Failed(
          "error downloading remote context " + remote + ": " + e.getMessage());
    }
  }

  private static FileSet read(Site site, InputStream body, String dockerfile) throws IOException {
    var content = new BufferedInputStream(body, HEAD_BYTES);
    content.mark(HEAD_BYTES);
    var head = content.readNBytes(HEAD_BYTES);
    content.reset();
    boolean archive =
        Compression.of(head) != Compression.NONE
            || FileSetReader.isArchive(new ByteArrayInputStream(head), site.bench());
    if (archive) {
      return FileSetReader.read(content, Bounds.DEFAULT, site.bench());
    }
    try (var reader = FileSetReader.open(Bounds.DEFAULT, site.bench())) {
      reader.file(dockerfile, Instant.EPOCH, content);
      return reader.done();
    }
  }

  /// What dockerd takes for Git is refused: the docker CLI clones by itself.
  private static URI url(String remote) {
    var text = remote.toLowerCase(Locale.ROOT);
    if (!text.matches("https?://.*") || text.matches(".*\\.git(#.*)?")) {
      throw new Refusal.Unsupported(
          "building from "
              + remote
              + " is not offered by a virtual container host: fetch it and build from the directory, or from an archive on standard input (docker build - )");
    }
    try {
      return new URI(remote);
    } catch (URISyntaxException e) {
      throw new Refusal.Invalid(remote + " is no URL: " + e.getMessage());
    }
  }
}
