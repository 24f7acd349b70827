package vch.api.docker.container;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.refusal.Refusal;

/// `HostConfig.LogConfig` of a create request: where the output goes, and within which bounds. Log
/// files are of one kind here; what a user sees of a driver are its options, its bounds, and what
/// `docker logs --details` adds.
final class LogPart {
  /// Drivers whose logs can be read, as `docker info` lists them.
  static final List<String> DRIVERS = List.of("json-file", "local");

  /// Bounds of the local driver where the user says nothing.
  private static final long LOCAL_BYTES_MAX = 20L << 20;

  private static final int LOCAL_FILES_MAX = 5;
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?) ?([kKmMgGtTpP])?[iI]?[bB]?");
  private static final Pattern COUNT = Pattern.compile("[+-]?[0-9]{1,9}");
  private static final String UNITS = "kmgtp";
  private static final String CANNOT = "failed to initialize logging driver: ";

  private LogPart() {}

  /// What the record keeps: `driver` where it is not json-file, `max-size` in bytes, `max-file`,
  /// `compress`, and what makes attributes.
  ///
  /// @throws Refusal.Invalid with Docker's words. Values that dockerd refuses at start are refused
  ///   here already
  static Map<String, String> of(ObjectNode host) {
    var config = host.path("LogConfig") instanceof ObjectNode o ? o : Json.object();
    var type = Shape.Read.text(config, "Type");
    var options = new TreeMap<>(Shape.Read.map(config, "Config"));
    return switch (type) {
      case "", "json-file" -> jsonFile(options);
      case "local" -> local(options);
      case "none" -> {
        if (!options.isEmpty()) {
          throw new Refusal.Invalid(
              "unknown log opt '" + options.firstKey() + "' for none log driver");
        }
        yield Map.of("driver", "none");
      }
      default ->
          throw new Refusal.Invalid(
              "error looking up logging plugin " + type + ": plugin \"" + type + "\" not found");
    };
  }

  private static Map<String, String> jsonFile(Map<String, String> options) {
    var out = new TreeMap<String, String>();
    for (var option : options.entrySet()) {
      switch (option.getKey()) {
        case "labels", "env" -> out.put(option.getKey(), option.getValue());
        case "labels-regex", "env-regex" -> out.put(option.getKey(), regex(option.getValue()));
        case "tag" -> out.put("tag", LogAttributes.checkedTag(option.getValue()));
        case "max-size", "max-file", "compress" -> {}
        default ->
            common(option.getKey(), options, "unknown log opt '%s' for json-file log driver");
      }
    }
    boolean bounded = options.containsKey("max-size");
    if (bounded) {
      long bytes = size(options.getOrDefault("max-size", ""), 1000, CANNOT);
      if (bytes <= 0) {
        throw new Refusal.Invalid(CANNOT + "max-size must be a positive number");
      }
      out.put("max-size", Long.toString(bytes));
    }
    int files = 1;
    if (options.containsKey("max-file")) {
      files = count(options.getOrDefault("max-file", ""));
      if (files < 1) {
        throw new Refusal.Invalid(CANNOT + "max-file cannot be less than 1");
      }
      out.put("max-file", Integer.toString(files));
    }
    if (options.containsKey("compress") && flag(options.getOrDefault("compress", ""), CANNOT)) {
      if (files < 2 || !bounded) {
        throw new Refusal.Invalid(
            CANNOT + "compress cannot be true when max-file is less than 2 or max-size is not set");
      }
      out.put("compress", "true");
    }
    return out;
  }

  private static Map<String, String> local(Map<String, String> options) {
    long bytes = LOCAL_BYTES_MAX;
    int files = LOCAL_FILES_MAX;
    boolean compressed = true;
    for (var option : options.entrySet()) {
      switch (option.getKey()) {
        case "max-size" ->
            bytes =
                size(
                    option.getValue(),
                    1024,
                    CANNOT + "invalid value for max-size: " + option.getValue() + ": ");
        case "max-file" -> files = count(option.getValue());
        case "compress" -> {
          compressed = flag(option.getValue(), CANNOT + "error reading compress log option: ");
        }
        default -> common(option.getKey(), options, "unknown log opt '%s' for log driver local");
      }
    }
    if (bytes <= 0) {
      throw new Refusal.Invalid(CANNOT + "max size must be a positive number");
    }
    if (files < 1) {
      throw new Refusal.Invalid(CANNOT + "max file count must be a positive number");
    }
    if (compressed && files == 1) {
      throw new Refusal.Invalid(CANNOT + "compression cannot be enabled when max file count is 1");
    }
    return Map.of(
        "driver",
        "local",
        "max-size",
        Long.toString(bytes),
        "max-file",
        Integer.toString(files),
        "compress",
        Boolean.toString(compressed));
  }

  /// What all drivers know. Logs can always be read here, so there is no cache to be bounded.
  private static void common(String option, Map<String, String> options, String unknown) {
    var value = options.getOrDefault(option, "");
    switch (option) {
      case "mode" -> {
        // Output goes from the monitor to the file: no driver can be slow, so there is nothing to
        // wait for in one mode, and nothing to buffer or to drop in the other.
        if (!List.of("", "blocking", "non-blocking").contains(value)) {
          throw new Refusal.Invalid("logger: logging mode not supported: " + value);
        }
      }
      case "max-buffer-size" -> {
        if (!options.getOrDefault("mode", "").equals("non-blocking")) {
          throw new Refusal.Invalid(
              "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
        }
        size(value, 1024, "error parsing option max-buffer-size: ");
      }
      case "cache-disabled", "cache-max-size", "cache-max-file", "cache-compress" -> {}
      default -> throw new Refusal.Invalid(String.format(Locale.ROOT, unknown, option));
    }
  }

  private static boolean flag(String text, String prefix) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      case "0", "f", "F", "FALSE", "false", "False" -> false;
      default ->
          throw new Refusal.Invalid(
              prefix + "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    };
  }

  /// @param unit what a `k` is worth: 1000 for json-file, 1024 for local
  private static long size(String text, int unit, String prefix) {
    var parts = SIZE.matcher(text);
    if (!parts.matches()) {
      throw new Refusal.Invalid(prefix + "invalid size: '" + text + "'");
    }
    int power =
        parts.group(2) == null ? 0 : 1 + UNITS.indexOf(parts.group(2).toLowerCase(Locale.ROOT));
    return new BigDecimal(parts.group(1))
        .multiply(BigDecimal.valueOf(unit).pow(power))
        .min(BigDecimal.valueOf(Long.MAX_VALUE))
        .longValue();
  }

  private static int count(String text) {
    if (!COUNT.matcher(text).matches()) {
      throw new Refusal.Invalid(CANNOT + "strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
    return Integer.parseInt(text);
  }

  private static String regex(String text) {
    try {
      return Pattern.compile(text).pattern();
    } catch (PatternSyntaxException e) {
      throw new Refusal.Invalid(
          CANNOT + "error parsing regexp: " + e.getDescription() + ": `" + text + "`");
    }
  }
}
