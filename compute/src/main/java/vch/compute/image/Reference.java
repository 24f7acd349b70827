package vch.compute.image;

import java.util.Optional;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// The name of an image in a registry, normalised as Docker does it: `busybox` is
/// `docker.io/library/busybox`. Grammar: `github.com/distribution/reference`, the one that Docker
/// uses.
///
/// @param domain registry, `docker.io` when none was written
/// @param path repository within the registry
/// @param tag without `:`
/// @param digest with its algorithm, without `@`
public record Reference(String domain, String path, Optional<String> tag, Optional<String> digest) {
  /// Longest repository name, domain included.
  public static final int NAME_CHARS_MAX = 255;

  /// Longest text that is looked at: name, tag of 128 and digest of sha512.
  private static final int TEXT_CHARS_MAX = NAME_CHARS_MAX + 1 + 128 + 1 + 7 + 128;

  private static final String DEFAULT_DOMAIN = "docker.io";
  private static final String OFFICIAL = "library/";
  private static final Pattern DOMAIN =
      Pattern.compile(
          "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
              + "|\\[[a-fA-F0-9:]+])(?::[0-9]+)?");
  private static final Pattern PATH =
      Pattern.compile(
          "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
  private static final Pattern DIGEST =
      Pattern.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}");
  private static final Pattern IDENTIFIER = Pattern.compile("[0-9a-f]{64}");

  /// True when the text is the address of a registry: a host name or an address, perhaps a port.
  static boolean isDomain(String text) {
    return text.length() <= NAME_CHARS_MAX && DOMAIN.matcher(text).matches();
  }

  /// Parses what a user wrote.
  ///
  /// @throws Refusal.Invalid `invalid reference format`, in Docker's words
  public static Reference parse(String text) {
    if (text.isEmpty() || text.length() > TEXT_CHARS_MAX) {
      throw new Refusal.Invalid("invalid reference format");
    }
    if (IDENTIFIER.matcher(text).matches()) {
      throw new Refusal.Invalid(
          "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
    }
    var rest = text;
    var digest = Optional.<String>empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = Optional.of(rest.substring(at + 1));
      rest = rest.substring(0, at);
      if (!DIGEST.matcher(text.substring(at + 1)).matches()) {
        throw new Refusal.Invalid("invalid reference format");
      }
    }
    var tag = Optional.<String>empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
      throw new Refusal.Invalid("invalid reference format");
    }
    return split(rest, tag, digest);
  }

  private static Reference split(String name, Optional<String> tag, Optional<String> digest) {
    int slash = name.indexOf('/');
    var first = slash < 0 ? "" : name.substring(0, slash);
    boolean domainGiven =
        first.contains(".")
            || first.contains(":")
            || first.equals("localhost")
            || hasUpperCase(first);
    var domain = domainGiven ? first : DEFAULT_DOMAIN;
    var path = domainGiven ? name.substring(slash + 1) : name;
    if (domain.equals("index.docker.io")) {
      domain = DEFAULT_DOMAIN;
    }
    if (domain.equals(DEFAULT_DOMAIN) && !path.contains("/")) {
      path = OFFICIAL + path;
    }
    if (hasUpperCase(path)) {
      throw new Refusal.Invalid(
          "invalid reference format: repository name (" + path + ") must be lowercase");
    }
    if (!DOMAIN.matcher(domain).matches() || !PATH.matcher(path).matches()) {
      throw new Refusal.Invalid("invalid reference format");
    }
    if (domain.length() + 1 + path.length() > NAME_CHARS_MAX) {
      throw new Refusal.Invalid(
          "repository name must not be more than " + NAME_CHARS_MAX + " characters");
    }
    return new Reference(domain, path, tag, digest);
  }

  private static boolean hasUpperCase(String text) {
    return text.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
  }

  /// With the tag `latest` where neither tag nor digest was written.
  public Reference orLatest() {
    return tag.isPresent() || digest.isPresent() ? this : withTag("latest");
  }

  public Reference withTag(String next) {
    return new Reference(domain, path, Optional.of(next), Optional.empty());
  }

  public Reference withDigest(String next) {
    return new Reference(domain, path, Optional.empty(), Optional.of(next));
  }

  /// `docker.io/library/busybox`.
  public String name() {
    return domain + "/" + path;
  }

  /// The shortest name that means the same: `busybox`.
  public String familiarName() {
    if (!domain.equals(DEFAULT_DOMAIN)) {
      return name();
    }
    return path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0
        ? path.substring(OFFICIAL.length())
        : path;
  }

  /// `busybox:latest`, `busybox@sha256:…`.
  public String familiar() {
    return familiarName() + suffix();
  }

  /// What [vch.portlayer.state.ImageTag] keeps: a digest goes before a tag.
  public String key() {
    return name()
        + digest.map(d -> "@" + d).orElseGet(() -> tag.map(t -> ":" + t).orElse(":latest"));
  }

  private String suffix() {
    return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }

  @Override
  public String toString() {
    return name() + suffix();
  }
}
