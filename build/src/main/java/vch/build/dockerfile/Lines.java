package vch.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// Takes a Dockerfile apart into lines of one instruction each: comments, parser directives,
/// continuation, flags.
///
/// @param escape the character that continues a line and takes the meaning of the next one away
/// @param warnings what is accepted and should be mended
record Lines(List<Line> lines, char escape, List<String> warnings) {
  private static final Pattern DIRECTIVE =
      Pattern.compile("^#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+)$");
  private static final Pattern HEREDOC =
      Pattern.compile("(?:^|\\s)\\d*<<-?\\s*(['\"]?)([a-zA-Z_]\\w*)\\1(?=\\s|$)");

  Lines {
    lines = List.copyOf(lines);
    warnings = List.copyOf(warnings);
  }

  /// Reads the text of a file.
  ///
  /// @throws Refusal.Invalid with Docker's sentence
  static Lines read(String text) {
    var physical = List.of(text.replace("\r\n", "\n").replaceFirst("^\ufeff", "").split("\n", -1));
    var escape = escape(physical);
    var continued =
        Pattern.compile(
            "(^|[^" + Pattern.quote("" + escape) + "])" + Pattern.quote("" + escape) + "[ \\t]*$");
    var out = new ArrayList<Line>();
    var warnings = new ArrayList<String>();
    for (int i = 0; i < physical.size(); i++) {
      var first = physical.get(i).stripLeading();
      if (first.isEmpty() || first.startsWith("#")) {
        continue;
      }
      int number = i + 1;
      var whole = new StringBuilder();
      boolean gap = false;
      var line = first;
      boolean more = true;
      while (more) {
        var end = continued.matcher(line);
        more = end.find();
        whole.append(more ? line.substring(0, end.end(1)) : line);
        if (more) {
          int next = following(physical, i + 1);
          more = next < physical.size();
          gap |= more && physical.subList(i + 1, next).stream().anyMatch(String::isBlank);
          line = more ? physical.get(next) : line;
          i = next;
        }
      }
      if (whole.toString().isBlank()) {
        continue;
      }
      if (gap) {
        warnings.add("[WARNING]: Empty continuation line found in:\n    " + whole);
      }
      out.add(line(whole.toString().strip(), number));
    }
    if (!warnings.isEmpty()) {
      warnings.add("[WARNING]: Empty continuation lines will become errors in a future release.");
    }
    if (out.isEmpty()) {
      throw new Refusal.Invalid("file with no instructions");
    }
    return new Lines(out, escape, warnings);
  }

  /// Index of the first line from `from` on that is neither a comment nor empty.
  private static int following(List<String> physical, int from) {
    int i = from;
    while (i < physical.size()
        && (physical.get(i).isBlank() || physical.get(i).stripLeading().startsWith("#"))) {
      i++;
    }
    return i;
  }

  private static char escape(List<String> physical) {
    var found = Optional.<String>empty();
    for (var line : physical) {
      var directive = DIRECTIVE.matcher(line.strip());
      if (!directive.matches()) {
        break;
      }
      if (!directive.group(1).toLowerCase(Locale.ROOT).equals("escape")) {
        if (List.of("syntax", "check").contains(directive.group(1).toLowerCase(Locale.ROOT))) {
          continue;
        }
        break;
      }
      if (found.isPresent()) {
        throw new Refusal.Invalid("only one escape parser directive can be used");
      }
      found = Optional.of(directive.group(2));
      if (!found.get().equals("\\") && !found.get().equals("`")) {
        throw new Refusal.Invalid("invalid ESCAPE '" + found.get() + "'. Must be ` or \\");
      }
    }
    return found.map(f -> f.charAt(0)).orElse('\\');
  }

  /// One instruction without continuation lines, as ONBUILD and changes have it.
  static Line line(String text, int number) {
    var parts = text.strip().split("[\\t\\x0B\\f\\r ]+", 2);
    var rest = parts.length == 2 ? parts[1].strip() : "";
    var word = parts[0].toLowerCase(Locale.ROOT);
    var flags = new ArrayList<String>();
    while (rest.startsWith("--")) {
      int end = flagEnd(rest);
      var flag = rest.substring(0, end);
      rest = rest.substring(end).stripLeading();
      if (flag.equals("--")) {
        break;
      }
      flags.add(flag);
    }
    refuseHeredoc(word, rest, number);
    return new Line(number, word, flags, rest, text.strip());
  }

  /// Quotes and backslashes hold a flag together.
  private static int flagEnd(String text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (Character.isWhitespace(c)) {
        return i;
      }
    }
    return text.length();
  }

  private static void refuseHeredoc(String word, String rest, int number) {
    var mark = HEREDOC.matcher(rest);
    boolean files = word.equals("copy") || word.equals("add");
    if (files ? mark.find() : word.equals("run") && mark.lookingAt()) {
      throw new Refusal.Invalid(
          "dockerfile parse error line "
              + number
              + ": here-documents (<<) require BuildKit, which a virtual container host does not have: write the text into a"
              + " file of the context, or into the instruction");
    }
  }
}
