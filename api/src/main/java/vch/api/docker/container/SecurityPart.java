package vch.api.docker.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.refusal.Refusal;

/// What a new container may do: capabilities, seccomp, privileges, kernel settings, namespaces
/// shared with others.
///
/// @param namespaces `ipc`, `pid`, `uts`, `cgroup` to the mode asked for; what was left to us is
///   absent
record SecurityPart(
    List<String> capAdd,
    List<String> capDrop,
    boolean privileged,
    boolean noNewPrivileges,
    Optional<String> seccomp,
    Optional<List<String>> maskedPaths,
    Optional<List<String>> readOnlyPaths,
    Map<String, String> sysctls,
    Map<String, String> namespaces) {
  private static final String CONTAINER = "container:";

  /// capabilities(7), without `CAP_`.
  private static final Set<String> CAPABILITIES =
      Set.of(
          "ALL",
          "AUDIT_CONTROL",
          "AUDIT_READ",
          "AUDIT_WRITE",
          "BLOCK_SUSPEND",
          "BPF",
          "CHECKPOINT_RESTORE",
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "IPC_LOCK",
          "IPC_OWNER",
          "KILL",
          "LEASE",
          "LINUX_IMMUTABLE",
          "MAC_ADMIN",
          "MAC_OVERRIDE",
          "MKNOD",
          "NET_ADMIN",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_RAW",
          "PERFMON",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYSLOG",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_CHROOT",
          "SYS_MODULE",
          "SYS_NICE",
          "SYS_PACCT",
          "SYS_PTRACE",
          "SYS_RAWIO",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "WAKE_ALARM");

  /// Settings that the kernel keeps for each IPC or network namespace (and `kernel.domainname`, for
  /// each UTS one).
  private static final Pattern NAMESPACED =
      Pattern.compile(
          "net\\..+|fs\\.mqueue\\..+|kernel\\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced|domainname)");

  /// @param containerId id of a container that a namespace is shared with, by its name or id
  static SecurityPart of(
      ObjectNode config, ObjectNode host, NetworkMode mode, UnaryOperator<String> containerId) {
    var options = options(Shape.Read.texts(host, "SecurityOpt"));
    return new SecurityPart(
        capabilities(host, "CapAdd"),
        capabilities(host, "CapDrop"),
        Shape.Read.flag(host, "Privileged"),
        options.noNewPrivileges(),
        options.seccomp(),
        paths(host, "MaskedPaths"),
        paths(host, "ReadonlyPaths"),
        sysctls(Shape.Read.map(host, "Sysctls"), mode),
        namespaces(config, host, containerId));
  }

  private static List<String> capabilities(ObjectNode host, String field) {
    var out = new ArrayList<String>();
    for (var given : Shape.Read.texts(host, field)) {
      var upper = given.toUpperCase(Locale.ROOT);
      var name = upper.startsWith("CAP_") ? upper.substring("CAP_".length()) : upper;
      if (!CAPABILITIES.contains(name)) {
        throw new Refusal.Invalid(
            "invalid " + field + ": unknown capability: \"CAP_" + name + "\"");
      }
      out.add(name);
    }
    return out;
  }

  private static Optional<List<String>> paths(ObjectNode host, String field) {
    return host.path(field).isArray()
        ? Optional.of(Shape.Read.texts(host, field))
        : Optional.empty();
  }

  private record Options(boolean noNewPrivileges, Optional<String> seccomp) {}

  private static Options options(List<String> given) {
    boolean noNewPrivileges = false;
    var seccomp = Optional.<String>empty();
    for (var option : given) {
      if (option.equals("no-new-privileges")) {
        noNewPrivileges = true;
        continue;
      }
      int at = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
      if (at < 0) {
        throw new Refusal.Invalid("invalid --security-opt 1: \"" + option + "\"");
      }
      var value = option.substring(at + 1);
      switch (option.substring(0, at)) {
        case "no-new-privileges" -> noNewPrivileges = truth(option, value);
        case "seccomp" -> seccomp = seccomp(value);
        case "apparmor" ->
            withoutModule(
                option,
                value.equals("unconfined") || value.isEmpty(),
                "AppArmor",
                "apparmor=unconfined");
        case "label" -> withoutModule(option, value.equals("disable"), "SELinux", "label=disable");
        default -> throw new Refusal.Invalid("invalid --security-opt 2: \"" + option + "\"");
      }
    }
    return new Options(noNewPrivileges, seccomp);
  }

  private static boolean truth(String option, String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "1", "t", "true" -> true;
      case "0", "f", "false" -> false;
      default -> throw new Refusal.Invalid("invalid --security-opt 2: \"" + option + "\"");
    };
  }

  private static Optional<String> seccomp(String value) {
    if (value.equals("builtin") || value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.equals("unconfined")) {
      try {
        Json.read(value);
      } catch (Refusal.Invalid e) {
        throw new Refusal.Invalid("decoding seccomp profile failed: " + e.getMessage());
      }
    }
    return Optional.of(value);
  }

  /// Containers are not confined by that module: only what says so is accepted.
  private static void withoutModule(
      String option, boolean harmless, String module, String instead) {
    if (!harmless) {
      throw new Refusal.Unsupported(
          "security option \""
              + option
              + "\" is not offered: containers are not confined by "
              + module
              + "; leave it out or use "
              + instead);
    }
  }

  private static Map<String, String> sysctls(Map<String, String> given, NetworkMode mode) {
    for (var name : given.keySet()) {
      if (!NAMESPACED.matcher(name).matches() || name.indexOf('/') >= 0 || name.contains("..")) {
        throw new Refusal.Invalid(
            "sysctl '"
                + name
                + "' is not allowed: it is not a setting of one container but of the machine");
      }
      if (name.startsWith("net.") && mode instanceof NetworkMode.Shared) {
        throw new Refusal.Invalid(
            "sysctl '"
                + name
                + "' is not allowed: the container joins the network namespace of another one, whose setting it is");
      }
      if (name.matches("net\\.(ipv4|ipv6|mpls)\\.(conf|neigh)\\.eth[0-9]+\\..*")) {
        throw new Refusal.Failed(
            "interface specific sysctl setting \""
                + name
                + "\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'");
      }
    }
    return given;
  }

  private static Map<String, String> namespaces(
      ObjectNode config, ObjectNode host, UnaryOperator<String> containerId) {
    var out = new LinkedHashMap<String, String>();
    mode(
        out,
        "ipc",
        Shape.Read.text(host, "IpcMode"),
        "IPC",
        Set.of("none", "private", "shareable", "host"),
        true);
    mode(out, "pid", Shape.Read.text(host, "PidMode"), "PID", Set.of("host"), true);
    mode(out, "uts", Shape.Read.text(host, "UTSMode"), "UTS", Set.of("host"), false);
    mode(
        out,
        "cgroup",
        Shape.Read.text(host, "CgroupnsMode"),
        "cgroup namespace",
        Set.of("private", "host"),
        false);
    if ("host".equals(out.get("uts")) && !Shape.Read.text(config, "Hostname").isEmpty()) {
      throw new Refusal.Invalid("conflicting options: hostname and the UTS mode");
    }
    var users = Shape.Read.text(host, "UsernsMode");
    if (!users.isEmpty() && !users.equals("host")) {
      throw new Refusal.Invalid(
          "invalid USER mode: " + users); // there is no remapping: host is what everybody has
    }
    for (var kind : List.of("ipc", "pid", "uts")) {
      var mode = out.getOrDefault(kind, "");
      if (mode.equals("host")) {
        throw new Refusal.Unsupported(
            kind
                + " mode host (--"
                + kind
                + "=host) is not supported: containers of a virtual container host do not see the machine's processes,"
                + " shared memory or name; leave it out"
                + (kind.equals("uts")
                    ? ""
                    : ", or share with another container: --" + kind + "=container:<name>"));
      }
      if (mode.startsWith(CONTAINER)) {
        out.put(kind, CONTAINER + containerId.apply(mode.substring(CONTAINER.length())));
      }
    }
    return out;
  }

  private static void mode(
      Map<String, String> out,
      String kind,
      String given,
      String word,
      Set<String> words,
      boolean container) {
    if (given.isEmpty()) {
      return;
    }
    boolean other = container && given.startsWith(CONTAINER) && given.length() > CONTAINER.length();
    if (!other && !words.contains(given)) {
      throw new Refusal.Invalid("invalid " + word + " mode: " + given);
    }
    out.put(kind, given);
  }
}
