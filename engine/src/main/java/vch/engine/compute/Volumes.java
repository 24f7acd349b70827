package vch.engine.compute;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import vch.portlayer.vch.VchId;

/// The directories behind named volumes.
public interface Volumes {
  /// Where the volume's content is on the machine.
  Path mountpoint(VchId vch, String name);

  /// Makes the directory; nothing happens if it is there.
  void create(VchId vch, String name);

  /// Lets a volume with options of its driver show what they name; nothing happens if it does, or
  /// has no options.
  void mount(VchId vch, String name);

  /// Ends that.
  ///
  /// @param unused whether no container uses the volume; asked while nobody can mount it
  void unmount(VchId vch, String name, BooleanSupplier unused);

  /// Removes the directory with its content; nothing happens if it is gone.
  void delete(VchId vch, String name);

  /// Bytes in use.
  long sizeBytes(VchId vch, String name);
}
