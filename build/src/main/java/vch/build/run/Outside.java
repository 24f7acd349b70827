package vch.build.run;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import vch.build.Site;
import vch.build.context.Bounds;
import vch.build.context.FileSet;
import vch.build.context.FileSetReader;
import vch.build.context.Paths;
import vch.build.context.Patterns;
import vch.portlayer.refusal.Refusal;

/// Files of other images and of earlier stages, for COPY --from.
final class Outside {
  private static final int PIPE_BYTES = 256 * 1024;

  private final Site site;

  Outside(Site site) {
    this.site = site;
  }

  static boolean isUrl(String source) {
    return source.toLowerCase(Locale.ROOT).matches("(https?|ftp)://.*|git@.*");
  }

  /// The files that the sources may mean, under the paths that the sources write.
  ///
  /// @param image id; empty: of nothing
  FileSet files(String image, List<String> sources) throws IOException {
    try (var root = new Root(site, image);
        var reader = FileSetReader.open(Bounds.DEFAULT, site.bench())) {
      for (var path : sources.stream().map(Outside::fixed).distinct().toList()) {
        read(root, path, reader);
      }
      return reader.done();
    }
  }

  /// A source; of a pattern, the directory that it begins in.
  private static String fixed(String source) {
    var path = Paths.relative(source);
    if (!Patterns.wild(path)) {
      return "/" + path;
    }
    var out = new ArrayList<String>();
    for (var part : path.split("/", -1)) {
      if (Patterns.wild(part)) {
        break;
      }
      out.add(part);
    }
    return "/" + String.join("/", out);
  }

  private static void read(Root root, String path, FileSetReader reader) throws IOException {
    var found = root.stat(path);
    if (found.isEmpty()) {
      return;
    }
    var actual = found.get().linkTarget().isEmpty() ? path : found.get().linkTarget();
    if (root.stat(actual).isEmpty()) {
      return; // a link to nothing
    }
    int name = actual.lastIndexOf('/') + 1;
    int begin = actual.length() - name;
    UnaryOperator<String> names =
        actual.equals("/") ? n -> path + "/" + n : n -> path + n.substring(begin);
    try (var in = new PipedInputStream(PIPE_BYTES)) {
      var out = new PipedOutputStream(in);
      var writing =
          CompletableFuture.runAsync(
              () -> {
                try (out) {
                  root.read(actual, out);
                } catch (IOException e) {
                  throw new CompletionException(e);
                }
              },
              task -> Thread.ofVirtual().name("copy-from").start(task));
      reader.read(in, names);
      writing.join();
    } catch (CompletionException e) {
      throw new Refusal.Failed("cannot read " + path + ": " + e.getMessage());
    }
  }
}
