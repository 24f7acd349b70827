package vch.build.run;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.build.Site;
import vch.build.context.Bounds;
import vch.build.context.FileSet;
import vch.build.context.FileSetReader;
import vch.build.run.Sources.Source;
import vch.portlayer.refusal.Refusal;

/// Files that ADD fetches by HTTP, the way that the VCH reaches registries: as they come, never
/// unpacked, for root alone. They are fetched in each build: only their content says whether a step
/// is the same as an earlier one.
final class Downloads implements AutoCloseable {
  private final Optional<FileSet> files;
  private final Map<String, Source> sources = new HashMap<>();

  private Downloads(Optional<FileSet> files) {
    this.files = files;
  }

  /// Fetches those of the sources that are URLs.
  ///
  /// @param target of the instruction: a directory ends with a slash, and needs names
  static Downloads of(Site site, List<String> sources, String target) throws IOException {
    var urls = sources.stream().filter(Outside::isUrl).distinct().toList();
    var uris = urls.stream().map(Downloads::uri).toList();
    if (urls.isEmpty()) {
      return new Downloads(Optional.empty());
    }
    try (var reader = FileSetReader.open(Bounds.DEFAULT, site.bench())) {
      for (int i = 0; i < urls.size(); i++) {
        if (target.endsWith("/") && name(uris.get(i)).isEmpty()) {
          throw new Refusal.Invalid(
              "ADD failed: cannot determine filename from url: " + urls.get(i));
        }
        fetch(site, uris.get(i), Integer.toString(i), reader);
      }
      var files = reader.done();
      var out = new Downloads(Optional.of(files));
      for (int i = 0; i < urls.size(); i++) {
        var entry = files.find(Integer.toString(i)).orElseThrow();
        out.sources.put(urls.get(i), new Source(name(uris.get(i)), entry, files, false));
      }
      return out;
    }
  }

  private static void fetch(Site site, URI url, String as, FileSetReader reader)
      throws IOException {
    try (var file = site.images().fetch(site.vch(), url)) {
      reader.file(as, file.modified().orElse(Instant.EPOCH), file.body());
    } catch (Refusal | IOException e) {
      throw new Refusal.Failed("ADD failed: failed to GET " + url + ": " + e.getMessage());
    }
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new Refusal.Invalid("ADD failed: " + url + " is no URL: " + e.getMessage());
    }
  }

  /// The last name of the path.
  static String name(URI url) {
    var path = Optional.ofNullable(url.getPath()).orElse("");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// By what was written.
  Map<String, Source> sources() {
    return sources;
  }

  @Override
  public void close() throws IOException {
    if (files.isPresent()) {
      files.get().close();
    }
  }
}
