package vch.engine.fake;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import vch.engine.compute.Volumes;
import vch.portlayer.vch.VchId;

/// Directories of volumes as names in a set. Safe for any number of threads.
public final class FakeVolumes implements Volumes {
  private final Cuts cuts;
  private final Set<String> there = new TreeSet<>(); // guarded by this
  private final Set<String> mounted = new TreeSet<>(); // guarded by this

  public FakeVolumes(Cuts cuts) {
    this.cuts = cuts;
  }

  @Override
  public Path mountpoint(VchId vch, String name) {
    return Path.of("/fake/volumes", vch.value(), name);
  }

  @Override
  public synchronized void create(VchId vch, String name) {
    cuts.step("before making volume " + name);
    there.add(name);
    cuts.step("after making volume " + name);
  }

  @Override
  public synchronized void mount(VchId vch, String name) {
    mounted.add(name);
  }

  @Override
  public synchronized void unmount(VchId vch, String name, BooleanSupplier unused) {
    if (unused.getAsBoolean()) {
      mounted.remove(name);
    }
  }

  /// Names of the volumes that are mounted.
  public synchronized Set<String> mounted() {
    return new TreeSet<>(mounted);
  }

  @Override
  public synchronized void delete(VchId vch, String name) {
    cuts.step("before deleting volume " + name);
    there.remove(name);
    cuts.step("after deleting volume " + name);
  }

  @Override
  public long sizeBytes(VchId vch, String name) {
    return 0;
  }

  /// Names of the directories that are there.
  public synchronized Set<String> names() {
    return new TreeSet<>(there);
  }
}
