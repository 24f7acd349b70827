package vch.api.docker.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import vch.api.docker.Json;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;

/// One entry of `HostConfig.Mounts` (`--mount`), with the checks and texts of Docker.
final class MountSpec {
  private MountSpec() {}

  /// Takes the volume of a mount; without a name one that is made for the container.
  interface VolumeMount {
    MountPart.Place at(
        String name,
        String target,
        MountMode mode,
        Map<String, String> labels,
        Map<String, String> options);
  }

  static MountPart.Place of(ObjectNode mount, VolumeMount volumes, Surroundings machine) {
    var type = Shape.Read.text(mount, "Type");
    if (mount.has("ClusterOptions") || List.of("npipe", "cluster").contains(type)) {
      throw new Refusal.Unsupported(
          "mounts of type \"" + type + "\" are not offered: use bind, volume, tmpfs or image");
    }
    return switch (type) {
      case "bind" -> bind(mount, machine);
      case "volume" -> volume(mount, volumes);
      case "tmpfs" -> tmpfs(mount);
      case "image" -> image(mount, machine);
      default -> throw wrong(type, "mount type unknown");
    };
  }

  private static Refusal.Invalid wrong(String type, String why) {
    return new Refusal.Invalid("invalid mount config for type \"" + type + "\": " + why);
  }

  private static void without(ObjectNode mount, String type, String... fields) {
    for (var field : fields) {
      if (mount.has(field)) {
        throw wrong(type, "field " + field + " must not be specified");
      }
    }
  }

  private static MountPart.Place bind(ObjectNode mount, Surroundings machine) {
    without(mount, "bind", "VolumeOptions", "ImageOptions", "TmpfsOptions");
    var target = MountPart.absolute(Shape.Read.text(mount, "Target"), "", "bind");
    var source = Shape.Read.text(mount, "Source");
    if (source.isEmpty()) {
      throw wrong("bind", "field Source must not be empty");
    }
    if (!source.startsWith("/")) {
      throw wrong("bind", "invalid mount path: '" + source + "' mount path must be absolute");
    }
    var meant = machine.source(MountPart.clean(source));
    var options = mount.path("BindOptions") instanceof ObjectNode o ? o : Json.object();
    var propagation =
        Optional.of(Shape.Read.text(options, "Propagation")).filter(p -> !p.isEmpty());
    propagation
        .filter(p -> !MountMode.PROPAGATIONS.contains(p))
        .ifPresent(
            p -> {
              throw wrong("bind", "invalid propagation mode: " + p);
            });
    boolean create = Shape.Read.flag(options, "CreateMountpoint");
    if (!create && !machine.pathExists().test(Path.of(meant))) {
      throw wrong("bind", "bind source path does not exist: " + source);
    }
    var more = new ArrayList<String>();
    if (Shape.Read.flag(options, "NonRecursive")) {
      more.add("bind");
    }
    if (!create) {
      more.add("nocreate");
    }
    boolean readOnly = Shape.Read.flag(mount, "ReadOnly");
    more.addAll(recursion(options, readOnly));
    return bindAt(meant, target, new MountMode("", readOnly, false, propagation), more);
  }

  /// What is said of mounts below one that is read-only.
  private static List<String> recursion(ObjectNode options, boolean readOnly) {
    boolean all = Shape.Read.flag(options, "ReadOnlyForceRecursive");
    boolean top = Shape.Read.flag(options, "ReadOnlyNonRecursive");
    if ((all || top) && !readOnly) {
      throw wrong(
          "bind",
          "field " + (all ? "ReadOnlyForceRecursive" : "ReadOnlyNonRecursive") + " needs ReadOnly");
    }
    if (all && (top || Shape.Read.flag(options, "NonRecursive"))) {
      throw wrong(
          "bind", "field ReadOnlyForceRecursive excludes ReadOnlyNonRecursive and NonRecursive");
    }
    return all ? List.of("rro") : top ? List.of("ro-top") : List.of();
  }

  /// @param more further options for the runtime
  static MountPart.Place bindAt(String source, String target, MountMode mode, List<String> more) {
    if (mode.noCopy()) {
      throw new Refusal.Invalid("invalid mode: " + mode.text());
    }
    var options = new ArrayList<>(more);
    mode.propagation().ifPresent(options::add);
    return new MountPart.Place(
        new Mount(Mount.Kind.BIND, source, target, mode.readOnly(), options, ""), mode.text());
  }

  private static MountPart.Place volume(ObjectNode mount, VolumeMount volumes) {
    without(mount, "volume", "BindOptions", "ImageOptions", "TmpfsOptions");
    var target = MountPart.absolute(Shape.Read.text(mount, "Target"), "", "volume");
    var source = Shape.Read.text(mount, "Source");
    boolean readOnly = Shape.Read.flag(mount, "ReadOnly");
    if (source.isEmpty() && readOnly) {
      throw wrong("volume", "must not set ReadOnly mode when using anonymous volumes");
    }
    var options = mount.path("VolumeOptions") instanceof ObjectNode o ? o : Json.object();
    var part = Shape.Read.text(options, "Subpath");
    if (!part.isEmpty() && source.isEmpty()) {
      throw wrong("volume", "must not set Subpath when using anonymous volumes");
    }
    checkPart(part, "volume");
    var driver = options.path("DriverConfig") instanceof ObjectNode d ? d : Json.object();
    var driverName = Shape.Read.text(driver, "Name");
    if (!driverName.isEmpty() && !driverName.equals("local")) {
      throw MountPart.noDriver(driverName);
    }
    var mode = new MountMode("", readOnly, Shape.Read.flag(options, "NoCopy"), Optional.empty());
    var place =
        volumes.at(
            source,
            target,
            mode,
            Shape.Read.map(options, "Labels"),
            Shape.Read.map(driver, "Options"));
    return new MountPart.Place(place.mount().withPart(clean(part)), place.mode());
  }

  /// Always read-only, whatever `ReadOnly` says.
  private static MountPart.Place image(ObjectNode mount, Surroundings machine) {
    without(mount, "image", "BindOptions", "VolumeOptions", "TmpfsOptions");
    var target = MountPart.absolute(Shape.Read.text(mount, "Target"), "", "image");
    var source = Shape.Read.text(mount, "Source");
    if (source.isEmpty()) {
      throw wrong("image", "field Source must not be empty");
    }
    var options = mount.path("ImageOptions") instanceof ObjectNode o ? o : Json.object();
    var part = Shape.Read.text(options, "Subpath");
    checkPart(part, "image");
    return new MountPart.Place(
        Mount.ofImage(machine.imageId().apply(source), source, target, clean(part)), "");
  }

  /// Docker speaks of a volume here, whatever the type.
  private static void checkPart(String part, String type) {
    if (!local(part)) {
      throw wrong(type, "subpath must be a relative path within the volume");
    }
  }

  /// As Go's `filepath.IsLocal`: not absolute, and nothing in it leads out.
  private static boolean local(String path) {
    return !path.startsWith("/")
        && path.indexOf('\0') < 0
        && !Path.of(path).normalize().startsWith(Path.of(".."));
  }

  private static String clean(String path) {
    return Path.of(path).normalize().toString();
  }

  private static MountPart.Place tmpfs(ObjectNode mount) {
    without(mount, "tmpfs", "BindOptions", "VolumeOptions", "ImageOptions");
    var target = MountPart.absolute(Shape.Read.text(mount, "Target"), "", "tmpfs");
    if (!Shape.Read.text(mount, "Source").isEmpty()) {
      throw wrong("tmpfs", "field Source must not be specified");
    }
    var options = mount.path("TmpfsOptions") instanceof ObjectNode o ? o : Json.object();
    var words = tmpfsOptions(options);
    long size = Shape.Read.number(options, "SizeBytes");
    long mode = Shape.Read.number(options, "Mode");
    if (size < 0 || mode < 0) {
      throw wrong("tmpfs", "SizeBytes and Mode must not be negative");
    }
    if (size > 0) {
      words.add("size=" + size);
    }
    if (mode > 0) {
      words.add("mode=" + String.format(Locale.ROOT, "%o", mode));
    }
    boolean readOnly = Shape.Read.flag(mount, "ReadOnly");
    return new MountPart.Place(TmpfsOptions.mount(target, readOnly, words), "");
  }

  /// Lists of one word (`["noexec"]`) or two (`["uid", "7"]`).
  private static List<String> tmpfsOptions(ObjectNode options) {
    var words = new ArrayList<String>();
    for (var option : options.path("Options")) {
      boolean texts = option.isArray() && (option.size() == 1 || option.size() == 2);
      for (var part : option) {
        texts &= part.isString();
      }
      if (!texts) {
        throw wrong("tmpfs", "an element of Options must be a list of one or two texts");
      }
      words.add(
          option.size() == 1
              ? option.get(0).stringValue()
              : option.get(0).stringValue() + "=" + option.get(1).stringValue());
    }
    return words;
  }
}
