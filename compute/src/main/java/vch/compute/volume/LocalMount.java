package vch.compute.volume;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Mount;
import vch.portlayer.refusal.Refusal;

/// What a volume with options of the local driver shows: a mount over its directory, with the words
/// of mount(8) that Docker's driver knows. Other words go to the file system as they are.
///
/// @param type `tmpfs`, `none`, `nfs`…
/// @param data what the file system gets
/// @param propagation a flag of a second call, 0: none
record LocalMount(String device, String type, long flags, String data, long propagation) {
  private static final long MS_SYNCHRONOUS = 16;
  private static final long MS_MANDLOCK = 64;
  private static final long MS_DIRSYNC = 128;
  private static final long MS_NOATIME = 1024;
  private static final long MS_NODIRATIME = 2048;
  private static final long MS_RELATIME = 1L << 21;
  private static final long MS_STRICTATIME = 1L << 24;
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  /// Words that set a flag; those in front of which `no` or nothing takes it away are below.
  private static final Map<String, Long> SET =
      Map.ofEntries(
          Map.entry("ro", Mount.MS_RDONLY),
          Map.entry("nosuid", Mount.MS_NOSUID),
          Map.entry("nodev", Mount.MS_NODEV),
          Map.entry("noexec", Mount.MS_NOEXEC),
          Map.entry("sync", MS_SYNCHRONOUS),
          Map.entry("dirsync", MS_DIRSYNC),
          Map.entry("remount", Mount.MS_REMOUNT),
          Map.entry("mand", MS_MANDLOCK),
          Map.entry("noatime", MS_NOATIME),
          Map.entry("nodiratime", MS_NODIRATIME),
          Map.entry("bind", Mount.MS_BIND),
          Map.entry("rbind", Mount.MS_BIND | Mount.MS_REC),
          Map.entry("relatime", MS_RELATIME),
          Map.entry("strictatime", MS_STRICTATIME));

  private static final Map<String, Long> CLEAR =
      Map.ofEntries(
          Map.entry("defaults", 0L),
          Map.entry("rw", Mount.MS_RDONLY),
          Map.entry("suid", Mount.MS_NOSUID),
          Map.entry("dev", Mount.MS_NODEV),
          Map.entry("exec", Mount.MS_NOEXEC),
          Map.entry("async", MS_SYNCHRONOUS),
          Map.entry("nomand", MS_MANDLOCK),
          Map.entry("atime", MS_NOATIME),
          Map.entry("diratime", MS_NODIRATIME),
          Map.entry("norelatime", MS_RELATIME),
          Map.entry("nostrictatime", MS_STRICTATIME));

  private static final Map<String, Long> PROPAGATION =
      Map.of(
          "private",
          Mount.MS_PRIVATE,
          "rprivate",
          Mount.MS_PRIVATE | Mount.MS_REC,
          "shared",
          Mount.MS_SHARED,
          "rshared",
          Mount.MS_SHARED | Mount.MS_REC,
          "slave",
          Mount.MS_SLAVE,
          "rslave",
          Mount.MS_SLAVE | Mount.MS_REC,
          "unbindable",
          Mount.MS_UNBINDABLE,
          "runbindable",
          Mount.MS_UNBINDABLE | Mount.MS_REC);

  /// @param options of the volume: `type`, `device`, `o`
  static LocalMount of(Map<String, String> options) {
    long flags = 0;
    long propagation = 0;
    var data = new ArrayList<String>();
    var words = options.getOrDefault("o", "");
    for (var word : words.isEmpty() ? List.<String>of() : List.of(words.split(",", -1))) {
      if (SET.containsKey(word)) {
        flags |= SET.getOrDefault(word, 0L);
      } else if (CLEAR.containsKey(word)) {
        flags &= ~CLEAR.getOrDefault(word, 0L);
      } else if (PROPAGATION.containsKey(word)) {
        propagation |= PROPAGATION.getOrDefault(word, 0L);
      } else {
        data.add(word);
      }
    }
    return new LocalMount(
        options.getOrDefault("device", ""),
        options.getOrDefault("type", ""),
        flags,
        String.join(",", data),
        propagation);
  }

  /// @throws Refusal.Failed in Docker's words
  void at(Path target) {
    var given = type.equals("nfs") || type.equals("cifs") ? resolved() : data;
    try {
      Mount.mount(device, target, type, flags, given);
      if (propagation != 0) {
        Mount.mount("", target, "", propagation, "");
      }
      long bindReadOnly = Mount.MS_BIND | Mount.MS_RDONLY;
      if ((flags & bindReadOnly) == bindReadOnly) { // a bind takes further flags only so
        Mount.mount("", target, "", flags | Mount.MS_REMOUNT, "");
      }
    } catch (KernelException e) {
      throw new Refusal.Failed(
          "error while mounting volume '"
              + target
              + "': failed to mount local volume: mount "
              + device
              + ":"
              + target
              + ", flags: 0x"
              + Long.toHexString(flags)
              + (data.isEmpty()
                  ? ""
                  : ", data: " + data.replaceAll("password=[^,]*", "password=********"))
              + ": "
              + e.errno().text());
    }
  }

  /// The kernel knows no names: `addr=` of NFS and CIFS becomes an address.
  private String resolved() {
    var out = new ArrayList<String>();
    for (var word : data.split(",", -1)) {
      if (word.startsWith("addr=")) {
        try {
          out.add("addr=" + InetAddress.getByName(word.substring(5)).getHostAddress());
        } catch (UnknownHostException e) {
          throw new Refusal.Failed(
              "error resolving passed in network volume address: lookup "
                  + word.substring(5)
                  + ": no such host");
        }
      } else {
        out.add(word);
      }
    }
    return String.join(",", out);
  }

  /// Whether something is mounted there. The kernel names mounts by real paths, with some
  /// characters as octal numbers (proc(5)).
  static boolean isMounted(Path target) throws IOException {
    var path =
        target
            .toRealPath()
            .toString()
            .replace("\\", "\\134")
            .replace(" ", "\\040")
            .replace("\t", "\\011")
            .replace("\n", "\\012");
    try (var lines = Files.lines(MOUNTS)) {
      return lines.anyMatch(
          line -> {
            var words = line.split(" ", 6);
            return words.length == 6 && words[4].equals(path);
          });
    }
  }

  /// Takes the mount away; nothing happens if there is none.
  static void unmount(Path target) throws IOException {
    while (isMounted(target)) {
      Mount.unmount(target, Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
    }
  }
}
