package vch.api.docker;

import java.util.Locale;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// The `Content-Type` of a request with JSON, read and refused as Docker does: by the rules and in
/// the words of Go's `mime.ParseMediaType`.
final class ContentType {
  /// RFC 2045 section 5.1.
  private static final String TOKEN = "[!#$%&'*+.^_`{|}~0-9A-Za-z-]+";

  private static final Pattern PARAMETERS =
      Pattern.compile(
          "(\\s*;\\s*" + TOKEN + "\\s*=\\s*(" + TOKEN + "|\"([^\"\\\\]|\\\\.)*\"))*\\s*;?\\s*");

  private ContentType() {}

  /// @throws Refusal.Invalid for what cannot be read, and for any other type than JSON
  static void requireJson(String given) {
    int semicolon = given.indexOf(';');
    var type =
        (semicolon < 0 ? given : given.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    var fault = fault(type);
    if (fault.isEmpty()
        && semicolon >= 0
        && !PARAMETERS.matcher(given.substring(semicolon)).matches()) {
      fault = "invalid media parameter";
    }
    if (!fault.isEmpty()) {
      throw new Refusal.Invalid("malformed Content-Type header (" + given + "): mime: " + fault);
    }
    if (!type.equals(Call.JSON)) {
      throw new Refusal.Invalid(
          "unsupported Content-Type header (" + given + "): must be 'application/json'");
    }
  }

  /// What is wrong with a type without its parameters; empty when nothing is.
  private static String fault(String type) {
    var rest = afterToken(type);
    if (rest.equals(type)) {
      return "no media type";
    }
    if (rest.isEmpty()) {
      return ""; // Go takes one token for a type, as of Content-Disposition
    }
    if (!rest.startsWith("/")) {
      return "expected slash after first token";
    }
    var subtype = rest.substring(1);
    rest = afterToken(subtype);
    if (rest.equals(subtype)) {
      return "expected token after slash";
    }
    return rest.isEmpty() ? "" : "unexpected content after media subtype";
  }

  private static String afterToken(String text) {
    return text.replaceFirst("\\A" + TOKEN, "");
  }
}
