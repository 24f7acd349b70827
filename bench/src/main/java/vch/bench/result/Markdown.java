package vch.bench.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The table of measurements: a line for each thing measured, a column for each engine, one for
/// other programs, and the ratios.
final class Markdown {
  private Markdown() {}

  static String table(List<Measured> all) {
    var byWhat = new LinkedHashMap<List<String>, List<Measured>>();
    for (var m : all) {
      byWhat.computeIfAbsent(List.of(m.row(), m.what(), m.unit()), _ -> new ArrayList<>()).add(m);
    }
    var out = new StringBuilder();
    out.append(
        "| what | unit | Portlayer | dockerd | podman | others | to dockerd | to podman | n |\n");
    out.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    var notes = new ArrayList<String>();
    byWhat.forEach((key, line) -> out.append(line(key.get(1), key.get(2), line, notes)));
    if (!notes.isEmpty()) {
      out.append("\nNotes:\n\n");
      for (int i = 0; i < notes.size(); i++) {
        out.append(i + 1).append(". ").append(notes.get(i)).append('\n');
      }
    }
    return out.toString();
  }

  private static String line(String what, String unit, List<Measured> line, List<String> notes) {
    Map<String, Measured> by = new LinkedHashMap<>();
    line.forEach(m -> by.put(m.who(), m));
    var ours = by.get(Measured.PORTLAYER);
    var others =
        line.stream()
            .filter(m -> !Measured.ENGINES.contains(m.who()))
            .map(m -> m.who() + " " + cell(m, notes))
            .collect(Collectors.joining("; "));
    var cells = new ArrayList<String>();
    cells.add(what);
    cells.add(unit);
    for (var engine : Measured.ENGINES) {
      var m = by.get(engine);
      cells.add(m == null ? "" : cell(m, notes));
    }
    cells.add(others);
    cells.add(ratio(ours, by.get(Measured.DOCKERD)));
    cells.add(ratio(ours, by.get(Measured.PODMAN)));
    cells.add(Integer.toString(line.stream().mapToInt(m -> m.samples().size()).max().orElse(0)));
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static String cell(Measured m, List<String> notes) {
    var mark = "";
    if (!m.note().isEmpty()) {
      if (!notes.contains(m.note())) {
        notes.add(m.note());
      }
      mark = " (" + (notes.indexOf(m.note()) + 1) + ")";
    }
    if (m.samples().isEmpty()) {
      return "not measured" + mark;
    }
    var spread =
        m.samples().size() == 1 ? "" : " (" + number(m.least()) + ".." + number(m.greatest()) + ")";
    return number(m.median()) + spread + mark;
  }

  private static String ratio(
      @org.jspecify.annotations.Nullable Measured ours,
      @org.jspecify.annotations.Nullable Measured theirs) {
    return Optional.ofNullable(ours)
        .filter(o -> !o.samples().isEmpty())
        .flatMap(
            o ->
                Optional.ofNullable(theirs)
                    .filter(t -> !t.samples().isEmpty() && t.median() != 0)
                    .map(t -> String.format(Locale.ROOT, "%.3f", o.median() / t.median())))
        .orElse("");
  }

  static String number(double value) {
    if (value >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
