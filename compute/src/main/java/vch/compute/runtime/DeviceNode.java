package vch.compute.runtime;

/// A device node.
///
/// @param type `c` or `b`
/// @param mode permission bits
record DeviceNode(String path, char type, long major, long minor, int mode, long uid, long gid) {
  /// The same node under another path.
  DeviceNode at(String other) {
    return new DeviceNode(other, type, major, minor, mode, uid, gid);
  }
}
