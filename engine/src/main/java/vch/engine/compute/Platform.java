package vch.engine.compute;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import vch.portlayer.refusal.Refusal;

/// What programs of an image run on: `linux/arm64/v8`. Words as Go has them.
public record Platform(String os, String arch, String variant) {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,32}");

  private static final Set<String> SYSTEMS =
      Set.of(
          "aix",
          "android",
          "darwin",
          "dragonfly",
          "freebsd",
          "hurd",
          "illumos",
          "ios",
          "js",
          "linux",
          "nacl",
          "netbsd",
          "openbsd",
          "plan9",
          "solaris",
          "windows",
          "zos");

  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          "amd64",
          "amd64p32",
          "arm",
          "armbe",
          "arm64",
          "arm64be",
          "loong64",
          "mips",
          "mipsle",
          "mips64",
          "mips64le",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv",
          "riscv64",
          "s390",
          "s390x",
          "sparc",
          "sparc64",
          "wasm");

  /// Parses `os/arch[/variant]`, or `os` or `arch` alone.
  public static Platform parse(String text) {
    var parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    if (parts.length > 3) {
      throw new Refusal.Invalid(
          "\"" + text + "\": cannot parse platform specifier: invalid argument");
    }
    for (var part : parts) {
      if (!WORD.matcher(part).matches()) {
        throw new Refusal.Invalid(
            "\""
                + part
                + "\" is an invalid component of \""
                + text
                + "\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument");
      }
    }
    var machine = machine();
    if (parts.length == 1) {
      if (SYSTEMS.contains(parts[0])) {
        return normal(parts[0], machine.arch, machine.variant);
      }
      var alone = normal(machine.os, parts[0], "");
      if (!ARCHITECTURES.contains(alone.arch)) {
        throw new Refusal.Invalid(
            "\"" + text + "\": unknown operating system or architecture: invalid argument");
      }
      return alone;
    }
    return normal(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
  }

  /// That of this machine.
  public static Platform machine() {
    return normal("linux", System.getProperty("os.arch", "amd64"), "");
  }

  /// With the names that Go uses and the variant that is meant when none is written.
  public static Platform normal(String os, String arch, String variant) {
    return switch (arch) {
      case "x86_64", "x86-64", "amd64" ->
          new Platform(os, "amd64", variant.equals("v1") ? "" : variant);
      case "i386", "i686", "x86" -> new Platform(os, "386", "");
      case "aarch64", "arm64" ->
          new Platform(os, "arm64", variant.equals("8") || variant.equals("v8") ? "" : variant);
      case "armhf" -> new Platform(os, "arm", "v7");
      case "armel" -> new Platform(os, "arm", "v6");
      case "arm" ->
          new Platform(os, "arm", variant.isEmpty() || variant.equals("7") ? "v7" : variant);
      default -> new Platform(os, arch, variant);
    };
  }

  /// Whether an image for `offered` runs where this one is wanted; an image without a variant runs
  /// on any.
  public boolean accepts(Platform offered) {
    var o = normal(offered.os, offered.arch, offered.variant);
    boolean older = arch.equals("arm") && o.variant.compareTo(variant) <= 0; // v5 and v6 run on v7
    return os.equals(o.os)
        && arch.equals(o.arch)
        && (variant.equals(o.variant) || o.variant.isEmpty() || older);
  }

  @Override
  public String toString() {
    return os + "/" + arch + (variant.isEmpty() ? "" : "/" + variant);
  }
}
