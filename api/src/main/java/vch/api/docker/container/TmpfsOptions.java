package vch.api.docker.container;

import java.util.List;
import java.util.Set;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// Options of temporary file systems: those of tmpfs(5) and mount(8) that Docker lets through.
final class TmpfsOptions {
  private TmpfsOptions() {}

  private static final Set<String> FLAGS =
      Set.of(
          "ro",
          "rw",
          "suid",
          "nosuid",
          "dev",
          "nodev",
          "exec",
          "noexec",
          "sync",
          "async",
          "dirsync",
          "atime",
          "noatime",
          "diratime",
          "nodiratime",
          "relatime",
          "norelatime",
          "strictatime",
          "nostrictatime");
  private static final Set<String> VALUES =
      Set.of("mode", "uid", "gid", "nr_inodes", "nr_blocks", "size", "mpol");

  /// @throws Refusal.Invalid for another option
  static Mount mount(String target, boolean readOnly, List<String> asked) {
    for (var option : asked) {
      int equals = option.indexOf('=');
      if (!(equals < 0 ? FLAGS.contains(option) : VALUES.contains(option.substring(0, equals)))) {
        throw new Refusal.Invalid("invalid tmpfs option \"" + option + "\" for " + target);
      }
    }
    return new Mount(
        Mount.Kind.TMPFS,
        "",
        target,
        readOnly || asked.contains("ro"),
        asked.stream().filter(o -> !o.equals("ro") && !o.equals("rw")).toList(),
        "");
  }
}
