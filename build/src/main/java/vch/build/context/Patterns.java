package vch.build.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import vch.portlayer.refusal.Refusal;

/// Patterns of file names: those of COPY and ADD, and those of `.dockerignore`.
public final class Patterns {
  private static final String SPECIAL = "\\.+^$|(){}[]*?";

  private static final String DEEP = "**";

  private final List<Rule> rules;

  /// @param parts one for each directory; empty stands for any number of them
  private record Rule(List<Optional<Pattern>> parts, boolean except) {}

  private Patterns(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /// Reads the text of a `.dockerignore`.
  public static Patterns ignore(String text) {
    var rules = new ArrayList<Rule>();
    for (var line : text.replaceFirst("^\ufeff", "").split("\n", -1)) {
      var pattern = line.strip();
      if (line.startsWith("#") || pattern.isEmpty()) {
        continue;
      }
      boolean except = pattern.startsWith("!");
      if (except) {
        pattern = pattern.substring(1).strip();
        if (pattern.isEmpty()) {
          throw new Refusal.Invalid("illegal exclusion pattern: \"!\"");
        }
      }
      var clean = Paths.relative(pattern);
      if (!clean.isEmpty()) {
        rules.add(new Rule(parts(clean, true), except));
      }
    }
    return new Patterns(rules);
  }

  /// Whether a path is ignored: by the last rule that takes it, or a directory that it is in.
  public boolean ignores(String path) {
    boolean ignored = false;
    for (var rule : rules) {
      if (ignored == rule.except && taken(rule.parts, List.of(path.split("/", -1)))) {
        ignored = !rule.except;
      }
    }
    return ignored;
  }

  /// Whether the parts fit the path or a directory that it is in. `reached` holds how many names
  /// the parts up to here can have taken, so that the work is bounded by the product of both.
  private static boolean taken(List<Optional<Pattern>> parts, List<String> names) {
    var reached = new boolean[names.size() + 1];
    reached[0] = true;
    for (var part : parts) {
      var next = new boolean[names.size() + 1];
      boolean any = false;
      for (int i = 0; i <= names.size(); i++) {
        any |= reached[i];
        if (part.isEmpty()) {
          next[i] = any;
        } else if (i < names.size()) {
          next[i + 1] = reached[i] && part.get().matcher(names.get(i)).matches();
        }
      }
      reached = next;
    }
    for (int i = 1; i <= names.size(); i++) {
      if (reached[i]) {
        return true;
      }
    }
    return false;
  }

  /// Whether a source of COPY or ADD is a pattern.
  public static boolean wild(String source) {
    for (int i = 0; i < source.length(); i++) {
      if (source.charAt(i) == '\\') {
        i++;
      } else if ("*?[".indexOf(source.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }

  /// Whether a path fits a pattern as Go's `filepath.Match` has it.
  ///
  /// @throws Refusal.Invalid the pattern cannot be read
  public static Predicate<String> glob(String pattern) {
    var parts = parts(pattern, false);
    return path -> {
      var names = path.split("/", -1);
      boolean fits = names.length == parts.size();
      for (int i = 0; fits && i < names.length; i++) {
        fits = parts.get(i).isPresent() && parts.get(i).get().matcher(names[i]).matches();
      }
      return fits;
    };
  }

  /// @param deep whether `**` stands for any number of directories
  private static List<Optional<Pattern>> parts(String glob, boolean deep) {
    var out = new ArrayList<Optional<Pattern>>();
    for (var part : glob.split("/", -1)) {
      out.add(deep && part.equals(DEEP) ? Optional.empty() : Optional.of(compile(part)));
    }
    return List.copyOf(out);
  }

  /// A pattern of one name. What lies between two stars is taken where it comes first, for good:
  /// trying other places could not help and may take forever.
  private static Pattern compile(String glob) {
    var out = new StringBuilder();
    boolean star = false;
    var piece = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*') {
        out.append(star ? "(?>.*?" + piece + ")" : piece);
        piece.setLength(0);
        star = true;
      } else if (c == '?') {
        piece.append('.');
      } else if (c == '[') {
        i = set(glob, i, piece);
      } else if (c == '\\' && i + 1 < glob.length()) {
        piece.append(Pattern.quote(glob.substring(i + 1, i + 2)));
        i++;
      } else {
        piece.append(SPECIAL.indexOf(c) >= 0 ? "\\" + c : String.valueOf(c));
      }
    }
    out.append(star ? ".*" : "").append(piece);
    try {
      return Pattern.compile(out.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new Refusal.Invalid("syntax error in pattern: " + glob);
    }
  }

  /// Writes a set of characters; where it ends in the pattern.
  private static int set(String glob, int begin, StringBuilder out) {
    int end = begin + 1;
    boolean not = end < glob.length() && (glob.charAt(end) == '^' || glob.charAt(end) == '!');
    if (not) {
      end++;
    }
    var inside = new StringBuilder();
    for (; end < glob.length() && glob.charAt(end) != ']'; end++) {
      char c = glob.charAt(end);
      if (c == '\\' && end + 1 < glob.length()) {
        c = glob.charAt(++end);
        inside.append('\\').append(c);
      } else {
        inside.append("[&^".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c));
      }
    }
    if (end >= glob.length() || inside.isEmpty()) {
      throw new Refusal.Invalid("syntax error in pattern: " + glob);
    }
    out.append(not ? "[^" : "[").append(inside).append(']');
    return end;
  }
}
