package vch.build.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vch.build.context.Entry;
import vch.build.context.FileSet;
import vch.build.context.Hash;
import vch.build.context.Paths;
import vch.build.context.Patterns;
import vch.portlayer.refusal.Refusal;

/// The sources of one COPY or ADD within a set of files.
final class Sources {
  private final FileSet files;
  private final boolean context;
  private final Map<String, Source> fetched;

  /// @param context whether the set is the build context, for messages
  /// @param fetched what was fetched from elsewhere, by what was written
  Sources(FileSet files, boolean context, Map<String, Source> fetched) {
    this.files = files;
    this.context = context;
    this.fetched = Map.copyOf(fetched);
  }

  /// A source that was found.
  ///
  /// @param name what the copy is called
  /// @param in where its content is
  /// @param unpacked whether ADD unpacks it, if it is an archive
  record Source(String name, Entry entry, FileSet in, boolean unpacked) {}

  /// Finds what is named, or what fits a pattern.
  List<Source> find(String instruction, List<String> named) throws IOException {
    var out = new ArrayList<Source>();
    for (var name : named) {
      if (fetched.containsKey(name)) {
        out.add(fetched.get(name));
      } else if (Patterns.wild(name)) {
        out.addAll(fitting(name));
      } else {
        out.add(one(instruction, name));
      }
    }
    if (out.isEmpty()) {
      throw new Refusal.Invalid(instruction + " failed: no source files were specified");
    }
    return out;
  }

  private List<Source> fitting(String pattern) {
    var wanted = Patterns.glob(Paths.relative(pattern));
    return files.all().stream()
        .filter(e -> wanted.test(e.path()))
        .flatMap(e -> files.find(e.path()).stream().map(found -> source(e.name(), found)))
        .toList();
  }

  private Source source(String name, Entry entry) {
    return new Source(name, entry, files, true);
  }

  private Source one(String instruction, String name) {
    if (context && Paths.leadsOut(name)) {
      throw new Refusal.Invalid(
          instruction + " failed: forbidden path outside the build context: " + name + " ()");
    }
    var path = Paths.relative(name);
    var found =
        files
            .find(path)
            .orElseThrow(
                () ->
                    new Refusal.Invalid(
                        instruction
                            + " failed: "
                            + (context
                                ? "file not found in build context or excluded by .dockerignore: "
                                : "")
                            + "stat "
                            + path
                            + ": file does not exist"));
    return source(path.substring(path.lastIndexOf('/') + 1), found);
  }

  /// How history names what was copied.
  String digest(List<Source> sources) {
    var all =
        sources.stream()
            .map(s -> (s.entry().isDirectory() ? "dir:" : "file:") + s.in().digest(s.entry()))
            .toList();
    return all.size() == 1 ? all.getFirst() : "multi:" + Hash.of(all);
  }
}
