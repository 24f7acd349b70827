package vch.compute.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vch.archive.BadArchiveException;
import vch.archive.Compression;
import vch.compute.image.archive.SpooledArchive;
import vch.compute.image.registry.Registries;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.compute.image.store.StoredLayer;
import vch.engine.Engine;
import vch.engine.compute.Images;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageTag;
import vch.portlayer.vch.VchId;

/// The images of all VCHs: contents in the store, names in the engine's record. What no name and no
/// container needs any more is swept away in the background. Thread safe.
public final class VchImages implements Images, AutoCloseable {
  /// Bytes of a root file system that is imported, as it comes.
  public static final long IMPORT_BYTES_MAX = 64L << 30;

  private final ImageStore store;
  private final Engine engine;
  private final Registries registries;
  private final InstantSource clock;
  private final Sweeper sweeper;
  private final ImageEvents events;

  /// Takes what it works with; nothing is read yet.
  ///
  /// @param store as opened for the same state directory; it also tells the runtime where layers
  ///   are
  public VchImages(ImageStore store, Engine engine, Registries registries, InstantSource clock) {
    this.store = store;
    this.engine = engine;
    this.registries = registries;
    this.clock = clock;
    this.events = new ImageEvents(store, engine, clock);
    this.sweeper = new Sweeper(() -> store.sweep(this::live));
    engine.listen(
        (before, after, _) -> {
          if (after.tags().size() < before.tags().size()
              || after.containers().size() < before.containers().size()
              || after.vchs().size() < before.vchs().size()) {
            sweeper.wake();
          }
        });
    sweeper.wake(); // what a crash left
  }

  /// The images that a VCH has a name for or a container uses.
  private Set<Digest> live() {
    var image = engine.image();
    var ids = new LinkedHashSet<String>();
    image.tags().stream()
        .filter(t -> image.vch(t.vch()).isPresent())
        .forEach(t -> ids.add(t.image()));
    image.containers().forEach(c -> c.spec().images().forEach(ids::add));
    return ids.stream().flatMap(id -> Digest.tryParse(id).stream()).collect(Collectors.toSet());
  }

  @Override
  public ImageInfo find(VchId vch, String reference) {
    var image = engine.image();
    var id =
        TagRules.resolve(image, vch, reference).orElseThrow(() -> TagRules.notFound(reference));
    return info(image, vch, stored(id, reference));
  }

  private StoredImage stored(String id, String reference) {
    return Digest.tryParse(id)
        .flatMap(store::image)
        .orElseThrow(() -> TagRules.notFound(reference));
  }

  @Override
  public List<ImageInfo> list(VchId vch) {
    var image = engine.image();
    return image
        .tags(vch)
        .map(ImageTag::image)
        .distinct()
        .flatMap(id -> Digest.tryParse(id).flatMap(store::image).stream())
        .map(stored -> info(image, vch, stored))
        .toList();
  }

  private ImageInfo info(Image image, VchId vch, StoredImage stored) {
    return Description.of(store, image, vch, stored);
  }

  @Override
  public ImageInfo pull(
      VchId vch,
      String reference,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress) {
    var pulled =
        puller().pull(asker(vch, credentials), Reference.parse(reference), platform, progress);
    return info(engine.image(), vch, pulled);
  }

  @Override
  public void pullAll(
      VchId vch,
      String repository,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress) {
    puller().pullAll(asker(vch, credentials), Reference.parse(repository), platform, progress);
  }

  private Puller puller() {
    return new Puller(
        store,
        engine,
        registries,
        (vch, name) -> events.tell(vch, "pull", name.familiar(), name.familiarName()));
  }

  @Override
  public Distribution distribution(VchId vch, String reference, Optional<Credentials> credentials) {
    return registries.look(asker(vch, credentials), Reference.parse(reference).orLatest());
  }

  @Override
  public Fetched fetch(VchId vch, URI from) throws IOException {
    return registries.fetch(asker(vch, Optional.empty()), from);
  }

  @Override
  public long layerBytes(String diffId) {
    return Digest.tryParse(diffId)
        .flatMap(store::layer)
        .map(StoredLayer::unpackedBytes)
        .orElse(-1L);
  }

  @Override
  public void push(
      VchId vch,
      String name,
      Optional<String> tag,
      Optional<Credentials> credentials,
      Consumer<Progress> progress,
      Consumer<Pushed> pushed) {
    new Pusher(store, engine, registries)
        .push(
            asker(vch, credentials),
            name,
            tag,
            new Pusher.Watcher() {
              @Override
              public void progress(Progress line) {
                progress.accept(line);
              }

              @Override
              public void pushed(Reference reference, Pushed it) {
                pushed.accept(it);
                events.tell(vch, "push", reference.familiar(), reference.familiarName());
              }
            });
  }

  private Registries.Asker asker(VchId vch, Optional<Credentials> credentials) {
    var insecure =
        engine
            .image()
            .vch(vch)
            .orElseThrow(() -> new Refusal.NotFound("No such virtual container host: " + vch))
            .insecureRegistries();
    return new Registries.Asker(vch, credentials, insecure);
  }

  @Override
  public Optional<String> login(VchId vch, String registry, Credentials credentials) {
    if (!registry.isEmpty() && !Reference.isDomain(registry)) {
      throw new Refusal.Invalid(
          "\"" + registry + "\" is no address of a registry: it must be a host or host:port");
    }
    return registries.login(
        asker(vch, Optional.of(credentials)), registry.isEmpty() ? "docker.io" : registry);
  }

  @Override
  public List<String> load(
      VchId vch, InputStream archive, Optional<Platform> platform, Consumer<Progress> progress)
      throws IOException {
    var work = store.newTemp();
    try (var pin = store.pin();
        var spooled = SpooledArchive.read(archive, work, store.libraries())) {
      var loaded =
          new ArchiveLoader(store, pin, new ProgressGate(progress), spooled, platform).load();
      engine.note(image -> new Decision<>(named(image, vch, loaded), ""));
      var out = new ArrayList<String>();
      for (var it : loaded) {
        it.names().forEach(n -> out.add(n.familiar()));
        if (it.names().isEmpty()) {
          out.add(it.image().id().toString());
        }
        events.tell(vch, "load", it.image().id().toString(), it.image().id().toString());
      }
      return out;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The load was broken off");
    } catch (BadArchiveException e) {
      throw new Refusal.Invalid(e.getMessage());
    } catch (Json.NotJson e) {
      throw new Refusal.Invalid(e.getMessage());
    }
  }

  private static List<Change> named(Image image, VchId vch, List<ArchiveLoader.Loaded> loaded) {
    var changes = new ArrayList<Change>();
    var at = image;
    for (var it : loaded) {
      var id = it.image().id().toString();
      var more = new ArrayList<Change>();
      if (it.names().isEmpty()) {
        more.addAll(TagRules.putNameless(at, vch, id));
      }
      for (var name : it.names()) {
        more.addAll(TagRules.put(at.after(more), vch, name, id, ""));
      }
      at = at.after(more);
      changes.addAll(more);
    }
    return changes;
  }

  @Override
  public ImageInfo importRoot(VchId vch, InputStream tar, Optional<String> reference, Made made)
      throws IOException {
    var name = reference.filter(r -> !r.isEmpty()).map(r -> Reference.parse(r).orLatest());
    if (name.flatMap(Reference::digest).isPresent()) {
      throw new Refusal.Invalid("cannot import digest reference");
    }
    var platform =
        made.platform().filter(p -> !p.isEmpty()).map(Platform::parse).orElseGet(Platform::machine);
    if (!platform.os().equals("linux")) {
      throw new Refusal.Invalid("operating system is not supported");
    }
    try (var pin = store.pin()) {
      var image = new RootImporter(store, pin, clock).make(tar, made, platform);
      var id = image.id().toString();
      engine.note(
          i ->
              new Decision<>(
                  name.map(n -> named(i, vch, n, id))
                      .orElseGet(() -> TagRules.putNameless(i, vch, id)),
                  ""));
      name.ifPresent(n -> events.tell(vch, "tag", id, n.familiar()));
      events.tell(vch, "import", id, id);
      return info(engine.image(), vch, image);
    } catch (BadArchiveException e) {
      throw new Refusal.Invalid(e.getMessage());
    }
  }

  @Override
  public void save(VchId vch, List<String> references, OutputStream out) throws IOException {
    var image = engine.image();
    try (var pin = store.pin()) {
      Map<String, LinkedHashSet<Reference>> wanted = new LinkedHashMap<>();
      for (var text : references) {
        var id = TagRules.resolve(image, vch, text);
        var names = names(image, vch, text);
        if (names.isEmpty()) {
          wanted.computeIfAbsent(
              id.orElseThrow(() -> TagRules.notFound(text)), _ -> new LinkedHashSet<>());
        }
        names.forEach(
            row ->
                wanted
                    .computeIfAbsent(row.image(), _ -> new LinkedHashSet<>())
                    .add(Reference.parse(row.reference())));
      }
      var items = new ArrayList<ArchiveSaver.Item>();
      for (var it : wanted.entrySet()) {
        pin.add(Digest.parse(it.getKey()));
        items.add(
            new ArchiveSaver.Item(stored(it.getKey(), it.getKey()), List.copyOf(it.getValue())));
      }
      ArchiveSaver.write(store, items, out);
      items.forEach(
          i -> events.tell(vch, "save", i.image().id().toString(), i.image().id().toString()));
    }
  }

  /// The tags that go with an image: the one written, or all of a repository that was written
  /// without a tag.
  private static List<ImageTag> names(Image image, VchId vch, String text) {
    if (text.startsWith("sha256:") || text.matches("[0-9a-f]{64}")) {
      return List.of();
    }
    var reference = Reference.parse(text);
    if (reference.digest().isPresent()) {
      return List.of();
    }
    var all = image.tags(vch).filter(TagRules::tagged);
    if (reference.tag().isPresent()) {
      return all.filter(r -> r.reference().equals(reference.key())).toList();
    }
    return all.filter(r -> Reference.parse(r.reference()).name().equals(reference.name())).toList();
  }

  @Override
  public void tag(VchId vch, String source, String target) {
    var name = Reference.parse(target).orLatest();
    if (name.digest().isPresent()) {
      throw new Refusal.Invalid("refusing to create a tag with a digest reference");
    }
    var id =
        engine.note(
            image -> {
              var found =
                  TagRules.resolve(image, vch, source).orElseThrow(() -> TagRules.notFound(source));
              return new Decision<>(named(image, vch, name, found), found);
            });
    events.tell(vch, "tag", id, name.familiar());
  }

  private List<Change> named(Image image, VchId vch, Reference name, String id) {
    var changes = new ArrayList<>(TagRules.put(image, vch, name, id, ""));
    var note = TagRules.note(image, vch, id).named(clock.instant());
    changes.add(new Change.ImageNotePut(note));
    return changes;
  }

  @Override
  public List<Removed> remove(VchId vch, String reference, boolean force) {
    return removing(
        vch,
        image -> {
          var one = TagRules.remove(image, vch, reference, force);
          return new Decision<>(one.changes(), List.of(one.reply()));
        });
  }

  @Override
  public List<Removed> prune(VchId vch, boolean all) {
    return removing(vch, image -> TagRules.prune(image, vch, all));
  }

  /// What goes is held until it has been told, with its labels.
  private List<Removed> removing(
      VchId vch, Function<Image, Decision<List<TagRules.Removal>>> rule) {
    try (var pin = store.pin()) {
      engine.image().tags(vch).forEach(t -> Digest.tryParse(t.image()).ifPresent(pin::add));
      var out = new ArrayList<Removed>();
      engine.note(rule).forEach(r -> out.addAll(removed(vch, r, engine.image())));
      return out;
    } finally {
      sweeper.wake();
    }
  }

  private List<Removed> removed(VchId vch, TagRules.Removal removal, Image after) {
    var out = new ArrayList<>(removal.words());
    for (int i = 0; i < removal.untags(); i++) {
      events.tell(vch, "untag", removal.imageId(), removal.imageId());
    }
    if (removal.deleted().isEmpty()) {
      return out;
    }
    var kept =
        Stream.concat(
                after.tags(vch).map(ImageTag::image),
                after.containers(vch).flatMap(c -> c.spec().images()))
            .distinct()
            .flatMap(id -> Digest.tryParse(id).flatMap(store::image).stream())
            .flatMap(i -> i.config().chainIds().stream())
            .collect(Collectors.toSet());
    for (var id : removal.deleted()) {
      out.add(new Removed("Deleted", id));
      events.tell(vch, "delete", id, id);
      Digest.tryParse(id).flatMap(store::image).stream()
          .flatMap(gone -> gone.config().chainIds().reversed().stream())
          .filter(kept::add)
          .forEach(c -> out.add(new Removed("Deleted", c.toString())));
    }
    return out;
  }

  @Override
  public ImageInfo make(VchId vch, NewImage wish) throws IOException {
    try (var pin = store.pin()) {
      var parent = Optional.<StoredImage>empty();
      if (!wish.parent().isEmpty()) {
        pin.add(Digest.parse(wish.parent()));
        parent = Optional.of(stored(wish.parent(), wish.parent()));
      }
      var made = new ImageMaker(store, pin, clock).make(wish, parent);
      note(vch, wish.parent(), made.id().toString(), wish.key());
      return info(engine.image(), vch, made);
    }
  }

  @Override
  public void adopt(VchId vch, String parent, String image, String key) {
    note(vch, parent, image, key);
  }

  private void note(VchId vch, String parent, String id, String key) {
    engine.note(
        image -> {
          var changes = new ArrayList<>(TagRules.putNameless(image, vch, id));
          if (!parent.isEmpty()) {
            changes.addAll(TagRules.putNameless(image, vch, parent));
          }
          var note = TagRules.note(image, vch, id).made(parent, key);
          changes.add(new Change.ImageNotePut(note));
          return new Decision<>(changes, id);
        });
  }

  @Override
  public Optional<ImageInfo> made(VchId vch, String parent, String key) {
    var image = engine.image();
    return Lineage.made(image, vch, parent, key)
        .flatMap(id -> Digest.tryParse(id).flatMap(store::image).stream())
        .max(
            java.util.Comparator.comparing(
                i -> i.config().created().orElse(java.time.Instant.EPOCH)))
        .map(i -> info(image, vch, i));
  }

  @Override
  public String familiar(String reference) {
    var name = Reference.parse(reference).orLatest();
    if (name.digest().isPresent()) {
      throw new Refusal.Invalid("refusing to create a tag with a digest reference");
    }
    return name.familiar();
  }

  @Override
  public java.nio.file.Path scratch() {
    return store.newTemp();
  }

  @Override
  public InputStream decompressed(InputStream archive) throws IOException {
    return Compression.open(archive, store.libraries());
  }

  @Override
  public vch.engine.compute.Hasher hasher() {
    return new Sha256();
  }

  /// Sweeps now and waits for the end, for tests.
  int sweep() throws IOException {
    return store.sweep(this::live);
  }

  @Override
  public void close() {
    sweeper.close();
  }
}
