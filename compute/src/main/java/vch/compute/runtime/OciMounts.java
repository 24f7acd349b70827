package vch.compute.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// The mounts of the OCI configuration: kernel file systems, the daemon's three files, then the
/// user's, each parent before its children. A mount of the user replaces ours at the same place.
final class OciMounts {
  private static final long SHM_DEFAULT_BYTES = 64L << 20;
  private static final Set<String> PROPAGATION =
      Set.of("private", "rprivate", "shared", "rshared", "slave", "rslave");
  private static final List<String> TMPFS_DEFAULT = List.of("noexec", "nosuid", "nodev");
  private static final Map<String, String> OPPOSITE =
      Map.of(
          "exec", "noexec", "suid", "nosuid", "dev", "nodev", "rw", "ro", "atime", "noatime",
          "noexec", "exec", "nosuid", "suid", "nodev", "dev", "ro", "rw", "noatime", "atime");

  /// Words that mean something to whoever prepares the mount, or to other operating systems, but
  /// not to the runtime.
  private static final Set<String> SILENT =
      Set.of(
          "rw",
          "ro",
          "z",
          "Z",
          "nocopy",
          "copy",
          "nocreate",
          "cached",
          "delegated",
          "consistent",
          "rbind",
          "bind",
          "rro",
          "ro-top");

  private OciMounts() {}

  private record Entry(String target, String type, String source, List<String> options) {
    static Entry of(String target, String type, String source, String... options) {
      return new Entry(target, type, source, List.of(options));
    }
  }

  static ArrayNode of(Container container, SpecInputs in) {
    var user = new LinkedHashMap<String, Entry>();
    for (var mount : container.spec().mounts()) {
      var target = normal(mount.target());
      user.put(target, entry(mount, target, in));
    }
    var all = new ArrayList<Entry>();
    for (var ours : kernel(container, in)) {
      boolean devReplaced = user.containsKey("/dev") && ours.target().startsWith("/dev/");
      if (!user.containsKey(ours.target()) && !devReplaced) {
        all.add(ours);
      }
    }
    var later = new ArrayList<>(user.values());
    for (var ours : files(container, in)) {
      if (!user.containsKey(ours.target())) {
        later.add(ours);
      }
    }
    later.sort(Comparator.comparingInt(e -> Path.of(e.target()).getNameCount()));
    all.addAll(later);
    var list = JsonNodeFactory.instance.arrayNode();
    for (var each : all) {
      var json =
          list.addObject()
              .put("destination", each.target())
              .put("type", each.type())
              .put("source", each.source());
      OciSpec.strings(json.putArray("options"), each.options());
    }
    return list;
  }

  private static String normal(String target) {
    if (!target.startsWith("/")) {
      throw new Refusal.Invalid("invalid mount path: '" + target + "' mount path must be absolute");
    }
    var path = Path.of(target).normalize().toString();
    if (path.equals("/")) {
      throw new Refusal.Invalid("invalid specification: destination can't be '/'");
    }
    return path;
  }

  private static List<Entry> kernel(Container container, SpecInputs in) {
    var spec = container.spec();
    boolean whole = spec.privileged();
    var list = new ArrayList<Entry>();
    list.add(
        Modes.host(spec, "pid")
            ? Entry.of("/proc", "bind", "/proc", "rbind", "nosuid", "noexec", "nodev")
            : Entry.of("/proc", "proc", "proc", "nosuid", "noexec", "nodev"));
    list.add(
        Entry.of("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
    list.add(
        Entry.of(
            "/dev/pts",
            "devpts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    list.add(Entry.of("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", whole ? "rw" : "ro"));
    list.add(
        Entry.of(
            "/sys/fs/cgroup",
            "cgroup",
            "cgroup",
            whole ? "rw" : "ro",
            "nosuid",
            "noexec",
            "nodev",
            "relatime"));
    list.addAll(ipc(container, in));
    return list;
  }

  private static List<Entry> ipc(Container container, SpecInputs in) {
    var spec = container.spec();
    if (Modes.host(spec, "ipc")) {
      return List.of(
          Entry.of("/dev/mqueue", "bind", "/dev/mqueue", "rbind", "nosuid", "noexec", "nodev"),
          Entry.of("/dev/shm", "bind", "/dev/shm", "rbind", "nosuid", "noexec", "nodev"));
    }
    var list = new ArrayList<Entry>();
    list.add(Entry.of("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    if (in.shm().isPresent()) {
      list.add(
          Entry.of(
              "/dev/shm", "bind", in.shm().get().toString(), "rbind", "nosuid", "noexec", "nodev"));
    } else if (!spec.namespaces().getOrDefault("ipc", "").equals("none")) {
      list.add(
          Entry.of(
              "/dev/shm",
              "tmpfs",
              "shm",
              "nosuid",
              "noexec",
              "nodev",
              "mode=1777",
              "size=" + shmBytes(spec)));
    }
    return list;
  }

  static long shmBytes(ContainerSpec spec) {
    return spec.shmBytes() > 0 ? spec.shmBytes() : SHM_DEFAULT_BYTES;
  }

  private static List<Entry> files(Container container, SpecInputs in) {
    var access = container.spec().readOnlyRoot() ? "ro" : "rw";
    var list = new ArrayList<Entry>();
    list.add(
        Entry.of(
            "/etc/resolv.conf", "bind", in.resolvConf().toString(), "rbind", access, "rprivate"));
    list.add(
        Entry.of("/etc/hostname", "bind", in.hostname().toString(), "rbind", access, "rprivate"));
    list.add(Entry.of("/etc/hosts", "bind", in.hosts().toString(), "rbind", access, "rprivate"));
    if (container.spec().initProcess()) {
      in.init()
          .ifPresent(
              i ->
                  list.add(
                      Entry.of(
                          OciSpec.INIT_TARGET,
                          "bind",
                          i.toString(),
                          "bind",
                          "ro",
                          "nosuid",
                          "nodev")));
    }
    return list;
  }

  private static Entry entry(Mount mount, String target, SpecInputs in) {
    return switch (mount.kind()) {
      case BIND -> bind(mount, target, mount.source(), in.host());
      case VOLUME -> {
        var path =
            Optional.ofNullable(in.staged().get(mount.target()))
                .or(() -> Optional.ofNullable(in.volumes().get(mount.source())));
        yield bind(
            mount,
            target,
            path.orElseThrow(
                    () -> new Refusal.NotFound("get " + mount.source() + ": no such volume"))
                .toString(),
            in.host());
      }
      case TMPFS -> tmpfs(mount, target);
      case IMAGE -> {
        var path =
            Optional.ofNullable(in.staged().get(mount.target()))
                .orElseThrow(() -> new Refusal.NotFound("No such image: " + mount.imageRef()));
        yield bind(mount, target, path.toString(), in.host());
      }
    };
  }

  private static Entry bind(Mount mount, String target, String source, Host host) {
    var options = new ArrayList<String>();
    options.add(mount.options().contains("bind") ? "bind" : "rbind");
    var propagation = mount.options().stream().filter(PROPAGATION::contains).findFirst();
    options.add(readOnly(mount) ? readOnlyWord(mount, propagation, host) : "rw");
    options.add(propagation.orElse("rprivate"));
    for (var option : mount.options()) {
      if (!SILENT.contains(option) && !PROPAGATION.contains(option)) {
        throw new Refusal.Invalid("invalid mode: " + option);
      }
    }
    return new Entry(target, "bind", source, options);
  }

  /// Everything below the source becomes read-only, too, unless mounts of the machine are to appear
  /// in it later. `rro` insists on that, `ro-top` wants only the mount itself.
  private static String readOnlyWord(Mount mount, Optional<String> propagation, Host host) {
    if (mount.options().contains("rro")) {
      if (!host.recursiveReadOnly()) {
        throw new Refusal.Unsupported(
            "cannot mount "
                + mount.source()
                + " read-only with all that is mounted below it: that needs Linux 5.12");
      }
      return "rro";
    }
    boolean appear = propagation.filter(p -> !p.endsWith("private")).isPresent();
    return host.recursiveReadOnly() && !appear && !mount.options().contains("ro-top")
        ? "rro"
        : "ro";
  }

  private static boolean readOnly(Mount mount) {
    return mount.readOnly() || mount.options().contains("ro");
  }

  private static Entry tmpfs(Mount mount, String target) {
    var options = new LinkedHashSet<>(TMPFS_DEFAULT);
    if (readOnly(mount)) {
      options.add("ro");
    }
    for (var option : mount.options()) {
      Optional.ofNullable(OPPOSITE.get(option)).ifPresent(options::remove);
      options.add(option);
    }
    options.add("rprivate");
    return new Entry(target, "tmpfs", "tmpfs", List.copyOf(options));
  }
}
