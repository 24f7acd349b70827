package vch.api.docker.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.Container;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// What a new container mounts: `VolumesFrom`, then `Binds`, then `Mounts`, then the volumes of the
/// configuration and the image for places that are still free; and `Tmpfs`.
///
/// @param mounts a volume without a name gets one when the container is made
/// @param modes for each target how the user wrote the mode, for inspect
/// @param volumes volumes to make first, because they have labels
record MountPart(List<Mount> mounts, Map<String, String> modes, List<NewVolume> volumes) {
  /// @param name makes names for anonymous volumes that have labels
  static MountPart of(
      ObjectNode config,
      ObjectNode host,
      Image image,
      VchId vch,
      Surroundings machine,
      Supplier<String> name) {
    var driver = Shape.Read.text(host, "VolumeDriver");
    if (!driver.isEmpty() && !driver.equals("local")) {
      throw noDriver(driver);
    }
    return new Placing(image, vch, machine, name).place(config, host);
  }

  static Refusal noDriver(String driver) {
    return new Refusal.Unsupported(
        "volume driver \"" + driver + "\" is not offered: volumes are of driver \"local\"");
  }

  /// @param mode as written
  record Place(Mount mount, String mode) {}

  /// Fills the places of one container.
  private static final class Placing {
    private final Image image;
    private final VchId vch;
    private final Surroundings machine;
    private final Supplier<String> name;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<NewVolume> volumes = new ArrayList<>();

    Placing(Image image, VchId vch, Surroundings machine, Supplier<String> name) {
      this.image = image;
      this.vch = vch;
      this.machine = machine;
      this.name = name;
    }

    MountPart place(ObjectNode config, ObjectNode host) {
      for (var from : Shape.Read.texts(host, "VolumesFrom")) {
        volumesFrom(from);
      }
      var tmpfs = tmpfs(Shape.Read.map(host, "Tmpfs"));
      var asked = new LinkedHashMap<String, Place>();
      for (var bind : Shape.Read.texts(host, "Binds")) {
        add(asked, tmpfs, bind(bind));
      }
      for (var mount : Shape.Read.objects(host, "Mounts")) {
        add(asked, tmpfs, MountSpec.of(mount, this::labelled, machine));
      }
      places.putAll(asked);
      for (var target : config.path("Volumes").propertyNames()) {
        var clean = absolute(target, "invalid volume specification: '" + target + "': ", "volume");
        if (!places.containsKey(clean) && !tmpfs.containsKey(clean)) {
          places.put(
              clean, new Place(new Mount(Mount.Kind.VOLUME, "", clean, false, List.of(), ""), ""));
        }
      }
      var modes = new LinkedHashMap<String, String>();
      places.forEach((target, place) -> modes.put(target, place.mode()));
      places.putAll(tmpfs);
      return new MountPart(
          places.values().stream().map(Place::mount).toList(), modes, List.copyOf(volumes));
    }

    private static void add(Map<String, Place> asked, Map<String, Place> tmpfs, Place place) {
      var target = place.mount().target();
      if (asked.containsKey(target) || tmpfs.containsKey(target)) {
        throw new Refusal.Invalid("Duplicate mount point: " + target);
      }
      asked.put(target, place);
    }

    private Place bind(String spec) {
      var parts = spec.split(":", 4);
      var wrong = "invalid volume specification: '" + spec + "'";
      boolean modeForTarget =
          parts.length == 2 && !parts[1].isEmpty() && MountMode.tryParse(parts[1]).isPresent();
      if (parts.length > 3 || parts[0].isEmpty() || modeForTarget) {
        throw new Refusal.Invalid(wrong);
      }
      var mode = MountMode.parse(parts.length == 3 ? parts[2] : "");
      if (parts.length == 1) {
        return volume("", absolute(parts[0], wrong + ": ", "volume"), mode);
      }
      return parts[0].startsWith("/")
          ? MountSpec.bindAt(
              machine.source(clean(parts[0])),
              absolute(parts[1], wrong + ": ", "bind"),
              mode,
              List.of())
          : volume(parts[0], absolute(parts[1], wrong + ": ", "volume"), mode);
    }

    private Place labelled(
        String asked,
        String target,
        MountMode mode,
        Map<String, String> labels,
        Map<String, String> options) {
      if (labels.isEmpty() && options.isEmpty()) {
        return volume(asked, target, mode);
      }
      var volume = asked.isEmpty() ? name.get() : asked;
      volumes.add(new NewVolume(volume, labels, options, asked.isEmpty()));
      return volume(volume, target, mode);
    }

    /// @param volume empty: one made for this container
    private static Place volume(String volume, String target, MountMode mode) {
      if (mode.propagation().isPresent()) {
        throw new Refusal.Invalid("invalid mode: " + mode.text());
      }
      var options = mode.noCopy() ? List.of("nocopy") : List.<String>of();
      return new Place(
          new Mount(Mount.Kind.VOLUME, volume, target, mode.readOnly(), options, ""),
          mode.text().isEmpty() ? "z" : mode.text());
    }

    private void volumesFrom(String spec) {
      if (spec.isEmpty()) {
        throw new Refusal.Invalid("volumes-from specification cannot be an empty string");
      }
      int colon = spec.indexOf(':');
      var mode = MountMode.parse(colon < 0 ? "" : spec.substring(colon + 1));
      if (mode.noCopy() || mode.propagation().isPresent()) {
        throw new Refusal.Invalid("invalid mode: " + mode.text());
      }
      var source = source(colon < 0 ? spec : spec.substring(0, colon));
      var document = Document.of(source);
      for (var from : source.spec().mounts()) {
        if (document.shows(from)) {
          var mount = from.withReadOnly(from.readOnly() || mode.readOnly());
          places.put(from.target(), new Place(mount, document.mode(from)));
        }
      }
    }

    private Container source(String term) {
      try {
        return ContainerRules.find(image, vch, term);
      } catch (Refusal.NotFound e) { // 404 would make clients say that the image is missing
        throw new Refusal.Invalid(String.valueOf(e.getMessage()));
      }
    }
  }

  private static Map<String, Place> tmpfs(Map<String, String> asked) {
    var out = new LinkedHashMap<String, Place>();
    asked.forEach(
        (target, options) -> {
          if (!target.startsWith("/")) {
            throw new Refusal.Invalid(
                "invalid mount path: '" + target + "' mount path must be absolute");
          }
          if (clean(target).equals("/")) {
            throw new Refusal.Invalid("invalid specification: destination can't be '/'");
          }
          var at = absolute(target, "", "tmpfs");
          var words = options.isEmpty() ? List.<String>of() : List.of(options.split(","));
          out.put(at, new Place(TmpfsOptions.mount(at, false, words), ""));
        });
    return out;
  }

  static String clean(String path) {
    return Path.of(path).normalize().toString();
  }

  /// A target, cleaned.
  static String absolute(String target, String before, String type) {
    var config = before + "invalid mount config for type \"" + type + "\": ";
    if (target.isEmpty()) {
      throw new Refusal.Invalid(config + "field Target must not be empty");
    }
    if (!target.startsWith("/")) {
      throw new Refusal.Invalid(
          config + "invalid mount path: '" + target + "' mount path must be absolute");
    }
    if (target.indexOf('\0') >= 0) {
      throw new Refusal.Invalid(config + "a path must not contain a zero byte");
    }
    var clean = clean(target);
    if (clean.equals("/")) {
      throw new Refusal.Invalid(config + "invalid specification: destination can't be '/'");
    }
    return clean;
  }
}
