package vch.api.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How rows and single things are shown: as a table, by a template, or as JSON.
final class Output {
  /// Spaces between columns.
  private static final int GAP = 3;

  private Output() {}

  /// @param format empty: a table of `columns`; `json`: one object a line; `table TEMPLATE`; or a
  ///   template for each row
  /// @param columns heading to the field shown under it
  static String rows(
      List<Map<String, Object>> rows, String format, List<Map.Entry<String, String>> columns) {
    if (format.isEmpty()) {
      var template =
          columns.stream().map(c -> "{{" + c.getValue() + "}}").collect(Collectors.joining("\t"));
      return table(rows, template, columns.stream().map(Map.Entry::getKey).toList());
    }
    if (format.equals("json")) {
      return rows.stream().map(r -> GoTemplate.json(r) + "\n").collect(Collectors.joining());
    }
    if (format.startsWith("table ") || format.equals("table")) {
      var text = format.substring(5).strip();
      var heads =
          java.util.regex.Pattern.compile("\\{\\{[^}]*?\\.([A-Za-z.]+)[^}]*}}")
              .matcher(text)
              .replaceAll(
                  m -> java.util.regex.Matcher.quoteReplacement(heading(m.group(1), columns)))
              .replace("\\t", "\t");
      return table(rows, text, List.of(heads.split("\t", -1)));
    }
    var template = GoTemplate.parse(format);
    return rows.stream().map(r -> template.render(r) + "\n").collect(Collectors.joining());
  }

  /// @param format empty: indented JSON in an array, as docker inspect shows it; `json`: in one
  ///   line; or a template
  static String one(Map<String, Object> thing, String format) {
    if (format.isEmpty()) {
      return tools.jackson.databind.json.JsonMapper.shared()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(thing)
          + "\n";
    }
    return format.equals("json")
        ? GoTemplate.json(thing) + "\n"
        : GoTemplate.parse(format).render(thing) + "\n";
  }

  private static String heading(String field, List<Map.Entry<String, String>> columns) {
    return columns.stream()
        .filter(c -> c.getValue().equals("." + field))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(field.toUpperCase(java.util.Locale.ROOT).replace('.', ' '));
  }

  private static String table(
      List<Map<String, Object>> rows, String template, List<String> headings) {
    var parsed = GoTemplate.parse(template);
    var lines = new ArrayList<List<String>>();
    lines.add(headings);
    rows.forEach(r -> lines.add(List.of(parsed.render(r).split("\t", -1))));
    var widths = new int[lines.stream().mapToInt(List::size).max().orElse(0)];
    for (var line : lines) {
      for (int i = 0; i < line.size(); i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    var out = new StringBuilder();
    for (var line : lines) {
      var text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        text.append(line.get(i));
        text.append(" ".repeat(i + 1 < line.size() ? widths[i] - line.get(i).length() + GAP : 0));
      }
      out.append(text.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
