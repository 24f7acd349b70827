package vch.engine.compute;

import java.nio.file.Path;
import vch.portlayer.vch.VchId;

/// The directories behind named volumes.
public interface Volumes {
  /// Where the volume's content is on the machine.
  Path mountpoint(VchId vch, String name);

  /// Makes the directory; nothing happens if it is there.
  void create(VchId vch, String name);

  /// Removes the directory with its content; nothing happens if it is gone.
  void delete(VchId vch, String name);

  /// Bytes in use.
  long sizeBytes(VchId vch, String name);
}
