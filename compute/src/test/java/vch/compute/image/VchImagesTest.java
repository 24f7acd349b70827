package vch.compute.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.compute.image.TestEngine.BLUE;
import static vch.compute.image.TestEngine.GREEN;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.compute.image.archive.Limits;
import vch.compute.image.registry.Dialer;
import vch.compute.image.registry.Registries;
import vch.compute.image.store.ImageStore;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.Made;
import vch.engine.compute.Images.NewImage;
import vch.engine.compute.Images.NewLayer;
import vch.engine.compute.Images.Progress;
import vch.engine.compute.Images.Removed;
import vch.engine.compute.Platform;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

class VchImagesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir Path state;
  private final TestEngine engine = new TestEngine();
  private final List<Progress> progress = new ArrayList<>();
  private ImageStore store;
  private VchImages images;

  @BeforeEach
  void open() throws IOException {
    store = ImageStore.open(state, new QuietRights(), Limits.DEFAULT);
    images =
        new VchImages(
            store,
            engine,
            Registries.of(store, List.of(), _ -> Dialer.here()),
            InstantSource.fixed(NOW));
  }

  @AfterEach
  void close() {
    images.close();
  }

  private static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  /// Both texts have the same letters, so checksums of headers hold.
  private static byte[] mangle(byte[] archive, String from, String to) {
    return new String(archive, StandardCharsets.ISO_8859_1)
        .replace(from, to)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Config config(List<String> cmd, List<String> env) {
    return new Config(
        List.of(),
        cmd,
        env,
        "",
        "",
        Map.of(),
        List.of(),
        List.of(),
        "",
        Optional.empty(),
        List.of(),
        List.of());
  }

  private vch.engine.compute.Images.ImageInfo imported(String name, String motd)
      throws IOException {
    return images.importRoot(
        BLUE,
        in(Tars.root(motd)),
        Optional.of(name),
        new Made(config(List.of("/bin/sh"), List.of("A=b")), "made here"));
  }

  private byte[] saved(String... names) throws IOException {
    var out = new ByteArrayOutputStream();
    images.save(BLUE, List.of(names), out);
    return out.toByteArray();
  }

  @Test
  void an_imported_root_is_an_image_of_one_layer() throws IOException {
    var image = imported("demo", "hello");
    assertThat(image.tags()).containsExactly("demo:latest");
    assertThat(image.config().cmd()).containsExactly("/bin/sh");
    assertThat(image.config().env()).containsExactly("A=b");
    assertThat(image.created()).contains(NOW);
    assertThat(image.os()).isEqualTo("linux");
    assertThat(image.sizeBytes()).as("hello, and the link to motd").isEqualTo(9);
    assertThat(image.history())
        .singleElement()
        .satisfies(h -> assertThat(h.comment()).isEqualTo("made here"));
    assertThat(store.directories(image.id()))
        .singleElement()
        .satisfies(d -> assertThat(d.resolve("etc/motd")).hasContent("hello"));
    assertThat(images.find(BLUE, image.id().substring(7, 15))).isEqualTo(image);
    assertThat(images.list(BLUE)).containsExactly(image);
    assertThat(images.list(GREEN)).isEmpty();
    assertThatThrownBy(() -> images.find(GREEN, image.id()))
        .hasMessage("No such image: " + image.id());
  }

  @Test
  void what_is_saved_can_be_loaded_with_the_same_ids() throws IOException {
    var one = imported("one", "1");
    var two = imported("two:v2", "2");
    images.tag(BLUE, "one", "localhost:5000/uno:x");
    var archive = saved("one", "two:v2", "localhost:5000/uno:x");
    assertThat(archive).isEqualTo(saved("one", "two:v2", "localhost:5000/uno:x"));
    for (var compressed : List.of(archive, Tars.gzip(archive), Tars.zstd(archive))) {
      assertThat(images.load(GREEN, in(compressed), progress::add))
          .containsExactly("one:latest", "localhost:5000/uno:x", "two:v2");
    }
    assertThat(images.find(GREEN, "one").id()).isEqualTo(one.id());
    assertThat(images.find(GREEN, "two:v2").layers()).isEqualTo(two.layers());
    assertThat(images.find(GREEN, "one").tags())
        .containsExactly("localhost:5000/uno:x", "one:latest");
  }

  @Test
  void a_compressed_layer_is_saved_without_compression_under_its_diff_id() throws IOException {
    var tar = Tars.root("zstd");
    var image =
        images.importRoot(BLUE, in(Tars.zstd(tar)), Optional.of("z"), new Made(Config.NONE, ""));
    assertThat(image.layers()).containsExactly(Digest.of(tar).toString());
    var files = new java.util.HashMap<String, byte[]>();
    try (var in = new TarArchiveInputStream(in(saved("z")))) {
      for (var e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        files.put(e.getName(), in.readAllBytes());
      }
    }
    assertThat(files.get("blobs/sha256/" + Digest.of(tar).hex())).isEqualTo(tar);
    assertThat(new String(files.get("manifest.json"), StandardCharsets.UTF_8))
        .isEqualTo(
            "[{\"Config\":\"blobs/sha256/"
                + image.id().substring(7)
                + "\",\"RepoTags\":[\"z:latest\"],\"Layers\":[\"blobs/sha256/"
                + Digest.of(tar).hex()
                + "\"]}]");
  }

  @Test
  void loading_shows_a_bar_per_new_layer() throws IOException {
    imported("one", "1");
    var archive = saved("one");
    images.remove(BLUE, "one", false);
    images.sweep();
    images.load(BLUE, in(archive), progress::add);
    assertThat(progress)
        .isNotEmpty()
        .allSatisfy(p -> assertThat(p.status()).isEqualTo("Loading layer"));
    assertThat(progress.getLast().current()).isEqualTo(progress.getLast().total());
  }

  @Test
  void an_archive_without_names_gives_ids_and_a_nameless_image() throws IOException {
    var id = imported("one", "1").id();
    var archive = saved(id);
    assertThat(images.load(GREEN, in(archive), progress::add)).containsExactly(id);
    assertThat(images.find(GREEN, id).tags()).isEmpty();
    assertThat(images.prune(GREEN, false)).contains(new Removed("Deleted", id));
  }

  @Test
  void the_layout_is_read_when_there_is_no_manifest_of_docker() throws IOException {
    var id = imported("one:v1", "1").id();
    var archive = mangle(saved("one:v1"), "manifest.json", "manifest.nosj");
    assertThat(images.load(GREEN, in(archive), progress::add)).containsExactly("one:v1");
    assertThat(images.find(GREEN, "one:v1").id()).isEqualTo(id);
  }

  @Test
  void an_archive_is_loaded_for_the_platform_that_is_wanted() throws IOException {
    var arm = new Made(Config.NONE, "", Optional.of("linux/arm64"));
    var id = images.importRoot(BLUE, in(Tars.root("1")), Optional.of("one"), arm).id();
    var layout = saved("one");
    var docker = mangle(layout, "index.json", "index.nosj");
    for (var archive : List.of(layout, docker)) {
      assertThatThrownBy(() -> load(archive, "linux/s390x"))
          .isInstanceOf(Refusal.Invalid.class)
          .hasMessageContaining("the archive holds images for linux/arm64, none for linux/s390x");
      assertThat(images.list(GREEN)).isEmpty();
      assertThat(load(archive, "linux/arm64/v8")).containsExactly("one:latest");
      assertThat(images.remove(GREEN, "one", false)).contains(new Removed("Deleted", id));
    }
  }

  @Test
  void of_an_archive_of_several_images_those_for_the_wanted_platform_are_loaded()
      throws IOException {
    for (var arch : List.of("arm64", "s390x")) {
      images.importRoot(
          BLUE,
          in(Tars.root(arch)),
          Optional.of("for-" + arch),
          new Made(Config.NONE, "", Optional.of("linux/" + arch)));
    }
    var out = new ByteArrayOutputStream();
    images.save(BLUE, List.of("for-arm64", "for-s390x"), out);
    var layout = out.toByteArray();
    var docker = mangle(layout, "index.json", "index.nosj");
    for (var archive : List.of(layout, docker)) {
      assertThat(load(archive, "linux/s390x")).containsExactly("for-s390x:latest");
      images.remove(GREEN, "for-s390x", false);
      assertThatThrownBy(() -> load(archive, "linux/ppc64le"))
          .hasMessageContaining(
              "the archive holds images for linux/arm64, linux/s390x, none for linux/ppc64le");
      assertThat(images.load(GREEN, in(archive), progress::add)).hasSize(2);
      images.remove(GREEN, "for-s390x", false);
      images.remove(GREEN, "for-arm64", false);
    }
  }

  private List<String> load(byte[] archive, String platform) throws IOException {
    return images.load(GREEN, in(archive), Optional.of(Platform.parse(platform)), progress::add);
  }

  @Test
  void layers_of_others_cannot_be_had_by_naming_them() throws IOException {
    var secret = imported("secret", "the secret of blue");
    var config = store.rawConfig(Digest.parse(secret.id()));
    var other = Tars.root("something else");
    var manifest =
        "[{\"Config\":\"c.json\",\"RepoTags\":[\"thief:latest\"],\"Layers\":[\"l.tar\"]}]";
    var theft =
        new Tars()
            .file("c.json", new String(config, StandardCharsets.UTF_8))
            .file("l.tar", new String(other, StandardCharsets.ISO_8859_1))
            .file("manifest.json", manifest)
            .bytes();
    assertThatThrownBy(() -> images.load(GREEN, in(theft), progress::add))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining("but its image names it");
    assertThat(images.list(GREEN)).isEmpty();
  }

  @Test
  void bad_archives_are_refused_with_one_sentence_and_change_nothing() throws IOException {
    assertThatThrownBy(() -> images.load(BLUE, in(new byte[0]), progress::add))
        .isInstanceOf(Refusal.Invalid.class);
    assertThatThrownBy(() -> images.load(BLUE, in(Tars.root("no image")), progress::add))
        .hasMessageContaining("docker import");
    var missing =
        new Tars()
            .file("manifest.json", "[{\"Config\":\"c.json\",\"Layers\":[\"../../etc/passwd\"]}]")
            .file("c.json", "{}")
            .bytes();
    assertThatThrownBy(() -> images.load(BLUE, in(missing), progress::add))
        .isInstanceOf(Refusal.Invalid.class)
        .hasMessageContaining("leads out");
    var noLayers =
        new Tars()
            .file("manifest.json", "[{\"Config\":\"c.json\",\"Layers\":[]}]")
            .file("c.json", "{}")
            .bytes();
    assertThatThrownBy(() -> images.load(BLUE, in(noLayers), progress::add))
        .hasMessageContaining("rootfs is missing");
    var notJson = new Tars().file("manifest.json", "[".repeat(10_000)).bytes();
    assertThatThrownBy(() -> images.load(BLUE, in(notJson), progress::add))
        .isInstanceOf(Refusal.Invalid.class);
    var loop = new Tars().link("manifest.json", "manifest.json").bytes();
    assertThatThrownBy(() -> images.load(BLUE, in(loop), progress::add))
        .isInstanceOf(Refusal.Invalid.class);
    assertThat(images.list(BLUE)).isEmpty();
    try (var left = Files.list(state.resolve("images/tmp"))) {
      assertThat(left.filter(p -> !p.getFileName().toString().startsWith("libzstd"))).isEmpty();
    }
  }

  @Test
  void removing_an_image_frees_what_no_other_image_needs() throws IOException {
    var one = imported("one", "1");
    images.load(GREEN, in(saved("one")), progress::add);
    assertThat(images.remove(BLUE, "one", false))
        .containsExactly(
            new Removed("Untagged", "one:latest"),
            new Removed("Deleted", one.id()),
            new Removed("Deleted", one.layers().getFirst()));
    images.sweep();
    assertThat(store.directories(one.id())).as("the other VCH still has it").hasSize(1);
    images.remove(GREEN, "one", false);
    images.sweep();
    assertThatThrownBy(() -> store.directories(one.id())).isInstanceOf(Refusal.NotFound.class);
    try (var layers = Files.list(state.resolve("images/layers"))) {
      assertThat(layers).isEmpty();
    }
  }

  @Test
  void a_container_keeps_the_layers_of_an_image_without_a_name() throws IOException {
    var one = imported("one", "1");
    var container = TestEngine.container(BLUE, "c0", one.id(), ContainerState.NEW);
    engine.put(container);
    images.remove(BLUE, "one", true);
    images.sweep();
    assertThat(store.directories(one.id())).hasSize(1);
    engine.note(_ -> Decision.of("", new Change.ContainerRemoved(container.id())));
    images.sweep();
    assertThatThrownBy(() -> store.directories(one.id())).isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void a_container_keeps_the_layers_of_an_image_that_it_mounts() throws IOException {
    var one = imported("one", "1");
    var two = imported("two", "2");
    var plain = TestEngine.container(BLUE, "c0", one.id(), ContainerState.NEW);
    var mounts = List.of(Mount.ofImage(two.id(), "two", "/two", ""));
    var container = plain.withSpec(plain.spec().withMounts(mounts), "");
    engine.put(container);
    images.remove(BLUE, "two", true);
    images.sweep();
    assertThat(store.directories(two.id())).hasSize(1);
    engine.note(_ -> Decision.of("", new Change.ContainerRemoved(container.id())));
    images.sweep();
    assertThatThrownBy(() -> store.directories(two.id())).isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void a_removed_host_takes_its_images_along() throws IOException {
    var one = imported("one", "1");
    engine.note(_ -> Decision.of("", new Change.VchRemoved(BLUE)));
    images.sweep();
    assertThatThrownBy(() -> store.directories(one.id())).isInstanceOf(Refusal.NotFound.class);
  }

  @Test
  void bad_names_are_refused_before_anything_is_read() throws IOException {
    assertThatThrownBy(
            () ->
                images.importRoot(
                    BLUE, in(Tars.root("x")), Optional.of("UPPER"), new Made(Config.NONE, "")))
        .isInstanceOf(Refusal.Invalid.class);
    imported("one", "1");
    assertThatThrownBy(() -> images.tag(BLUE, "one", "x@sha256:" + "a".repeat(64)))
        .hasMessage("refusing to create a tag with a digest reference");
    assertThatThrownBy(() -> images.tag(BLUE, "two", "x")).hasMessage("No such image: two:latest");
    assertThatThrownBy(() -> saved("two")).hasMessage("No such image: two:latest");
  }

  @Test
  void events_tell_what_happened() throws IOException {
    imported("one", "1");
    images.tag(BLUE, "one", "two");
    images.remove(BLUE, "one", false);
    try (var subscription = engine.events().subscribe(_ -> {})) {
      assertThat(subscription.past())
          .extracting(e -> e.type() + " " + e.action())
          .containsExactly("image tag", "image import", "image tag", "image untag");
    }
  }

  @Test
  void the_event_of_an_image_that_loses_its_last_name_still_has_its_labels() throws IOException {
    var n = Config.NONE;
    var config =
        new Config(
            n.entrypoint(),
            n.cmd(),
            n.env(),
            "",
            "",
            Map.of("a", "1"),
            n.exposedPorts(),
            n.volumes(),
            "",
            n.healthcheckJson(),
            n.shell(),
            n.onBuild());
    images.importRoot(BLUE, in(Tars.root("x")), Optional.of("one"), new Made(config, ""));
    images.remove(BLUE, "one", false);
    try (var subscription = engine.events().subscribe(_ -> {})) {
      assertThat(subscription.past())
          .filteredOn(e -> e.action().equals("untag"))
          .extracting(e -> e.attributes().get("a"))
          .containsExactly("1");
    }
  }

  @Test
  void an_image_is_made_of_a_parent_and_a_layer() throws IOException {
    var base = imported("base", "hello");
    var config = base.config();
    var wish =
        new NewImage(
            base.id(),
            config,
            "a step",
            "a comment",
            "an author",
            Optional.empty(),
            (NewLayer.Tar)
                out -> {
                  out.write(Tars.root("changed"));
                  return 2;
                },
            "key");
    var made = images.make(BLUE, wish);
    assertThat(made.parent()).isEqualTo(base.id());
    assertThat(made.layers()).hasSize(2).startsWith(base.layers().getFirst());
    assertThat(made.author()).isEqualTo("an author");
    assertThat(made.config()).isEqualTo(config);
    assertThat(made.history().getLast().createdBy()).isEqualTo("a step");
    assertThat(images.made(BLUE, base.id(), "key")).contains(made);
    assertThat(images.made(GREEN, base.id(), "key")).isEmpty();
    var empty =
        images.make(
            BLUE,
            new NewImage(
                made.id(), config, "b", "", "", Optional.empty(), (NewLayer.Tar) _ -> 0, ""));
    assertThat(empty.layers()).isEqualTo(made.layers());
    assertThat(empty.history().getLast().emptyLayer()).isTrue();
    assertThat(images.remove(BLUE, empty.id(), false))
        .contains(new Removed("Deleted", empty.id()), new Removed("Deleted", made.id()))
        .doesNotContain(new Removed("Deleted", base.id()));
    assertThat(images.list(BLUE)).extracting(i -> i.id()).containsExactly(base.id());
  }
}
