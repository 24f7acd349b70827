package vch.bench.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// The measurements of a day in a file of JSON lines, and beside it the table that is made of them.
/// A row that is measured again replaces what was there of it, so a run that was stopped goes on
/// with `--only`.
public final class Results {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path lines;
  private final Path table;
  private final List<Measured> all = new ArrayList<>();

  /// @param table the Markdown file; the JSON lines are beside it
  public Results(Path table) {
    this.table = table.toAbsolutePath();
    var name = table.getFileName().toString();
    this.lines = this.table.resolveSibling(name.replaceAll("\\.md$", "") + ".jsonl");
    try {
      if (Files.exists(lines)) {
        for (var line : Files.readAllLines(lines)) {
          all.add(JSON.readValue(line, Measured.class));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("read " + lines, e);
    }
  }

  /// Puts the row's new measurements in the place of its former ones.
  public void replace(String row, List<Measured> measured) {
    int at = 0;
    while (at < all.size() && !all.get(at).row().equals(row)) {
      at++;
    }
    all.removeIf(m -> m.row().equals(row));
    all.addAll(Math.min(at, all.size()), measured);
    var text = new StringBuilder();
    all.forEach(m -> text.append(JSON.writeValueAsString(m)).append('\n'));
    write(lines, text.toString());
  }

  /// Writes the table.
  ///
  /// @param head what stands above it: machine, versions, commands
  public void writeTable(String head) {
    write(table, head + "\n" + Markdown.table(all));
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
  }
}
