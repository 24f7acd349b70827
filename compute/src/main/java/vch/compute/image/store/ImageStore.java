package vch.compute.image.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import vch.archive.BadArchiveException;
import vch.archive.Compression;
import vch.compute.files.Trees;
import vch.compute.image.Digest;
import vch.compute.image.ImageConfig;
import vch.compute.image.Layers;
import vch.compute.image.Sha256;
import vch.compute.image.archive.BoundedInputStream;
import vch.compute.image.archive.LayerUnpacker;
import vch.compute.image.archive.Limits;
import vch.compute.image.archive.Rights;
import vch.portlayer.refusal.Refusal;

/// The images of a machine, below one directory:
///
/// ```
/// configs/<64 hex>       configuration of the image with that id
/// layers/<64 hex>/fs     the layer with that diff id, unpacked; a lower directory of overlayfs
/// layers/<64 hex>/blob   the same as it came, so that it can be written again with the same digest
/// layers/<64 hex>/layer.json
/// layers/<64 hex>/gzip.json   what the layer is in registries, where it did not come with gzip and was pushed
/// tmp/                   work
/// trash/                 what a crash left in tmp, until the first sweep
/// ```
///
/// A thing is made below `tmp`, written to the disk, and renamed to its place: what has its place
/// is whole. Keeping the blob costs about a third to a half of the unpacked size once more. Thread
/// safe: `lock` owns the pins and the list of layers in work, and is held while a thing gets its
/// place or loses it.
public final class ImageStore implements Layers {
  /// Up to so many files are written to the disk one by one; beyond, the whole file system is,
  /// which also waits for what others have written.
  private static final long FILES_FORCED_MAX = 200;

  private final Path configs;
  private final Path layers;
  private final Path tmp;
  private final Path trash;
  private final Rights rights;
  private final Limits limits;
  private final AtomicLong names = new AtomicLong();
  private final Object lock = new Object();
  private final Map<Digest, Integer> pinned =
      new HashMap<>(); // guarded by lock: ids and diff ids to the number of pins
  private final Set<Digest> inWork = new HashSet<>(); // guarded by lock: diff ids being made
  private final Map<Digest, StoredImage> images =
      new HashMap<>(); // guarded by lock: what was read from configs
  private final Map<Digest, StoredLayer> records =
      new HashMap<>(); // guarded by lock: what was read from layers

  private ImageStore(Path root, Rights rights, Limits limits) {
    this.configs = root.resolve("configs");
    this.layers = root.resolve("layers");
    this.tmp = root.resolve("tmp");
    this.trash = root.resolve("trash");
    this.rights = rights;
    this.limits = limits;
  }

  /// Opens the store, making its directories. What a crash left in the middle of its making is put
  /// aside; the first sweep removes it, so that starting does not wait for it.
  ///
  /// @param stateDir the daemon's; the store is `images` below it
  public static ImageStore open(Path stateDir, Rights rights, Limits limits) throws IOException {
    var root = stateDir.resolve("images");
    var store = new ImageStore(root, rights, limits);
    Files.createDirectories(store.trash);
    if (Files.exists(store.tmp)) {
      int n = 1;
      while (Files.exists(store.trash.resolve("t" + n))) {
        n++;
      }
      Files.move(store.tmp, store.trash.resolve("t" + n));
    }
    for (var directory : List.of(store.configs, store.layers, store.tmp)) {
      Files.createDirectories(directory);
    }
    // Layers hold set-user-id programs of strangers: nobody else on this machine gets to them.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    return store;
  }

  /// A path below `tmp` that nobody else uses, on the same file system as everything else.
  public Path newTemp() {
    return tmp.resolve("w" + names.incrementAndGet());
  }

  /// Where native libraries may be unpacked.
  public Path libraries() {
    return tmp;
  }

  /// Keeps what is added to it from being swept away, until closed.
  public Pin pin() {
    return new Pin();
  }

  /// For one thread at a time; the owner closes it.
  public final class Pin implements AutoCloseable {
    private final Set<Digest> held = new HashSet<>(); // guarded by lock

    private Pin() {}

    public void add(Digest thing) {
      synchronized (lock) {
        if (held.add(thing)) {
          pinned.merge(thing, 1, Integer::sum);
        }
      }
    }

    @Override
    public void close() {
      synchronized (lock) {
        held.forEach(t -> pinned.computeIfPresent(t, (_, n) -> n == 1 ? null : n - 1));
        held.clear();
      }
    }
  }

  /// The image with this id, when its configuration is here.
  public Optional<StoredImage> image(Digest id) {
    synchronized (lock) {
      var known = images.get(id);
      if (known != null) {
        return Optional.of(known);
      }
      try {
        var read =
            new StoredImage(id, ImageConfig.parse(Files.readAllBytes(configs.resolve(id.hex()))));
        images.put(id, read);
        return Optional.of(read);
      } catch (NoSuchFileException _) {
        return Optional.empty();
      } catch (IOException e) {
        throw new Refusal.Failed(
            "The configuration of image " + id + " cannot be read: " + e.getMessage());
      }
    }
  }

  /// The configuration, byte by byte as it came.
  public byte[] rawConfig(Digest id) throws IOException {
    return Files.readAllBytes(configs.resolve(id.hex()));
  }

  /// Keeps a configuration; its digest becomes the image's id.
  public StoredImage putConfig(byte[] json) throws IOException {
    var id = Digest.of(json);
    var parsed = new StoredImage(id, ImageConfig.parse(json));
    synchronized (lock) {
      var place = configs.resolve(id.hex());
      if (!Files.exists(place)) {
        var work = newTemp();
        Durable.write(work, json);
        Durable.rename(work, place);
      }
      images.put(id, parsed);
    }
    return parsed;
  }

  public Optional<StoredLayer> layer(Digest diffId) {
    synchronized (lock) {
      var known = records.get(diffId);
      if (known != null) {
        return Optional.of(known);
      }
      try {
        var read = StoredLayer.read(layers.resolve(diffId.hex()).resolve("layer.json"));
        records.put(diffId, read);
        return Optional.of(read);
      } catch (NoSuchFileException _) {
        return Optional.empty();
      } catch (IOException e) {
        throw new Refusal.Failed(
            "Layer " + diffId + " of the store cannot be read: " + e.getMessage());
      }
    }
  }

  /// Bytes of the files of all layers of an image.
  public long bytes(StoredImage image) {
    return image.config().diffIds().stream()
        .mapToLong(d -> layer(d).map(StoredLayer::unpackedBytes).orElse(0L))
        .sum();
  }

  /// Takes the right to make a layer; waits while another does. Close it in any case.
  ///
  /// @return whether the layer is here already is to be asked again afterwards
  public Claim claim(Digest diffId) throws InterruptedException {
    synchronized (lock) {
      while (!inWork.add(diffId)) {
        lock.wait();
      }
    }
    return () -> {
      synchronized (lock) {
        inWork.remove(diffId);
        lock.notifyAll();
      }
    };
  }

  /// The right to make a layer.
  public interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /// Unpacks a layer and keeps it.
  ///
  /// @param blob a file from [#newTemp()]; it is moved away, or removed when this fails
  /// @param blobId digest of the file, which the caller has made sure of
  /// @param expected what the image's configuration says; empty: whatever comes out
  /// @param pin holds the layer from when it has its place
  /// @param read told of the bytes of the file that have been read
  /// @throws BadArchiveException what is wrong with the layer
  public StoredLayer addLayer(
      Path blob, Digest blobId, Optional<Digest> expected, Pin pin, LongConsumer read)
      throws IOException {
    var work = newTemp();
    try {
      Files.createDirectories(work.resolve("fs"));
      var unpacking = unpack(blob, blobId, expected, work.resolve("fs"), read);
      var made = unpacking.layer();
      if (expected.isPresent() && !expected.get().equals(made.diffId())) {
        throw new BadArchiveException(
            "the layer unpacks to "
                + made.diffId()
                + ", but the image's configuration names "
                + expected.get());
      }
      Files.move(blob, work.resolve("blob"));
      Durable.force(work.resolve("blob"));
      Durable.write(work.resolve("layer.json"), made.json());
      if (unpacking.files() <= FILES_FORCED_MAX) {
        Durable.forceTree(work);
      } else {
        rights.settle(work);
      }
      synchronized (lock) {
        var place = layers.resolve(made.diffId().hex());
        pin.add(made.diffId());
        if (!Files.exists(place)) {
          Durable.rename(work, place);
          records.put(made.diffId(), made);
        }
      }
      return layer(made.diffId()).orElse(made);
    } finally {
      Files.deleteIfExists(blob);
      Trees.remove(work);
    }
  }

  private record Unpacking(StoredLayer layer, long files) {}

  private Unpacking unpack(
      Path blob, Digest blobId, Optional<Digest> expected, Path fs, LongConsumer read)
      throws IOException {
    // Of a file without compression the digest is known already; to make it once more would cost
    // more than all the rest.
    boolean known =
        expected.filter(blobId::equals).isPresent() && Compression.of(blob) == Compression.NONE;
    try (var hasher = new Sha256();
        var file =
            new BoundedInputStream(Files.newInputStream(blob), Long.MAX_VALUE, "the layer", read);
        var opened = Compression.open(file, tmp);
        var plain =
            new BoundedInputStream(
                known ? opened : hasher.reading(opened),
                limits.layerBytes(),
                "the layer without its compression")) {
      var unpacked = new LayerUnpacker(fs, rights, limits).unpack(plain);
      plain.transferTo(
          OutputStream
              .nullOutputStream()); // what stands behind the end marker counts for the digest
      return new Unpacking(
          new StoredLayer(
              known ? blobId : hasher.digest(),
              blobId,
              Files.size(blob),
              plain.count(),
              unpacked.bytes()),
          unpacked.files());
    }
  }

  /// The layer as a tar stream without compression, [StoredLayer#tarBytes()] long.
  public InputStream tar(Digest diffId) throws IOException {
    return Compression.open(Files.newInputStream(blob(diffId)), tmp);
  }

  /// The file of the layer, as it came.
  Path blob(Digest diffId) {
    return layers.resolve(diffId.hex()).resolve("blob");
  }

  @Override
  public List<Path> directories(String imageId) {
    if (imageId.isEmpty()) {
      return List.of(); // made of nothing
    }
    var image =
        Digest.tryParse(imageId)
            .flatMap(this::image)
            .orElseThrow(() -> new Refusal.NotFound("No such image: " + imageId));
    for (var diff : image.config().diffIds()) {
      if (layer(diff).isEmpty()) {
        throw new Refusal.Failed(
            "Layer " + diff + " of image " + imageId + " is missing; pull or load the image again");
      }
    }
    // Overlayfs refuses a directory twice; of a layer that comes twice the upper one decides
    // everything.
    var unique = new LinkedHashSet<Digest>(image.config().diffIds().reversed());
    return List.copyOf(unique).reversed().stream()
        .map(d -> layers.resolve(d.hex()).resolve("fs"))
        .toList();
  }

  /// Removes all that neither a live image nor a pin needs.
  ///
  /// @param live ids of the images to keep; asked once pins can no longer change
  /// @return layers and configurations removed
  public int sweep(Supplier<Set<Digest>> live) throws IOException {
    int removed = 0;
    var dead = new java.util.ArrayList<Path>();
    synchronized (lock) {
      var keep = new HashSet<>(pinned.keySet());
      keep.addAll(live.get());
      for (var id : names(configs)) {
        if (keep.contains(id)) {
          image(id).ifPresent(i -> keep.addAll(i.config().diffIds()));
        } else {
          Files.deleteIfExists(configs.resolve(id.hex()));
          images.remove(id);
          removed++;
        }
      }
      for (var diff : names(layers)) {
        if (!keep.contains(diff) && !inWork.contains(diff)) {
          var grave = newTemp();
          Files.move(layers.resolve(diff.hex()), grave);
          records.remove(diff);
          dead.add(grave);
          removed++;
        }
      }
    }
    try (var list = Files.list(trash)) {
      dead.addAll(list.toList());
    }
    for (var grave : dead) {
      Trees.remove(grave);
    }
    return removed;
  }

  private static List<Digest> names(Path directory) throws IOException {
    try (var list = Files.list(directory)) {
      return list.flatMap(p -> Digest.tryParse("sha256:" + p.getFileName()).stream()).toList();
    }
  }
}
