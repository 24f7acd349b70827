package vch.compute.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vch.engine.compute.UsageDetails.BlockCount;

/// Reads files of cgroups that list several numbers. Lines that are not understood are left out: of
/// another kernel version, or of a group that has just gone.
final class CgroupTexts {
  private CgroupTexts() {}

  /// Lines of `name number`.
  static Map<String, Long> named(String text) {
    var out = new LinkedHashMap<String, Long>();
    for (var line : text.lines().toList()) {
      var fields = line.split(" ", -1);
      if (fields.length == 2) {
        number(fields[1]).ifPresent(n -> out.put(fields[0], n));
      }
    }
    return out;
  }

  /// Numbers with blanks between them.
  static List<Long> numbers(String text) {
    return Arrays.stream(text.strip().split("\\s+", -1)).flatMap(t -> number(t).stream()).toList();
  }

  /// Lines of `8:0 Read 1`, of cgroup v1; the sum over all devices at the end is left out.
  static List<BlockCount> devices(String text) {
    var out = new ArrayList<BlockCount>();
    for (var line : text.lines().toList()) {
      var fields = line.split(" ", -1);
      if (fields.length == 3) {
        add(out, fields[0], fields[1], fields[2]);
      }
    }
    return out;
  }

  /// Lines of `8:0 rbytes=1 wbytes=2 …`, of cgroup v2.
  static List<BlockCount> pairs(String text, String read, String written) {
    var out = new ArrayList<BlockCount>();
    for (var line : text.lines().toList()) {
      var fields = line.split(" ", -1);
      for (var field : fields) {
        if (field.startsWith(read + "=")) {
          add(out, fields[0], "read", field.substring(read.length() + 1));
        } else if (field.startsWith(written + "=")) {
          add(out, fields[0], "write", field.substring(written.length() + 1));
        }
      }
    }
    return out;
  }

  private static void add(List<BlockCount> out, String device, String operation, String value) {
    int colon = device.indexOf(':');
    if (colon < 0) {
      return;
    }
    var major = number(device.substring(0, colon));
    var minor = number(device.substring(colon + 1));
    var count = number(value);
    if (major.isPresent() && minor.isPresent() && count.isPresent()) {
      out.add(
          new BlockCount(major.get().intValue(), minor.get().intValue(), operation, count.get()));
    }
  }

  /// Empty for `max`, for anything else that is no number, and for one that does not fit.
  static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
