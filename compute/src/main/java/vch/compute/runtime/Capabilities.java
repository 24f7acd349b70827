package vch.compute.runtime;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import vch.portlayer.refusal.Refusal;

/// Capabilities of capabilities(7): which a container gets from Docker's defaults and the user's
/// wishes.
public final class Capabilities {
  /// By number, from 0; the kernel says how many of them it knows.
  static final List<String> ALL =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  /// What Docker gives a container that says nothing.
  static final Set<String> DEFAULT =
      Set.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private static final String EVERY = "ALL";

  private Capabilities() {}

  /// The bounding set, in the order of the numbers.
  ///
  /// @param add names with or without `CAP_`, any case, or `ALL`
  /// @param drop likewise; `ALL` leaves only what `add` names
  /// @param offered bit set, by number, of what `ALL` and privileged mean on this machine
  /// @throws Refusal.Invalid for a name that is none
  static List<String> granted(
      List<String> add, List<String> drop, boolean privileged, long offered) {
    var known =
        IntStream.range(0, ALL.size())
            .filter(n -> (offered >> n & 1) != 0)
            .mapToObj(ALL::get)
            .toList();
    if (privileged) {
      return known;
    }
    var added = names(add, "CapAdd");
    var dropped = names(drop, "CapDrop");
    var granted = new LinkedHashSet<String>();
    if (added.contains(EVERY)) {
      granted.addAll(known);
      granted.removeAll(dropped);
    } else {
      if (!dropped.contains(EVERY)) {
        granted.addAll(DEFAULT);
        granted.removeAll(dropped);
      }
      granted.addAll(added);
    }
    return ALL.stream()
        .filter(granted::contains)
        .toList(); // one asked for by name that is not offered is the runtime's to refuse
  }

  /// Names as capabilities(7) writes them; `ALL` stays.
  ///
  /// @param field of the request, for the refusal
  /// @throws Refusal.Invalid for a name that is none
  public static List<String> names(List<String> written, String field) {
    var names = new ArrayList<String>();
    for (var each : written) {
      var upper = each.strip().toUpperCase(Locale.ROOT);
      if (upper.equals(EVERY)) {
        names.add(upper);
        continue;
      }
      var name = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
      if (!ALL.contains(name)) {
        throw new Refusal.Invalid("invalid " + field + ": unknown capability: \"" + name + "\"");
      }
      names.add(name);
    }
    return names;
  }
}
