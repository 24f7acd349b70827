package vch.compute.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.archive.BadArchiveException;
import vch.compute.image.Digest;
import vch.compute.image.QuietRights;
import vch.compute.image.Tars;
import vch.compute.image.archive.Limits;
import vch.portlayer.refusal.Refusal;

class ImageStoreTest {
  @TempDir Path state;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    store = ImageStore.open(state, new QuietRights(), Limits.DEFAULT);
  }

  private Path blob(byte[] content) throws IOException {
    return Files.write(store.newTemp(), content);
  }

  private StoredLayer add(byte[] tar, ImageStore.Pin pin) throws IOException {
    return store.addLayer(blob(tar), Digest.of(tar), Optional.empty(), pin, _ -> {});
  }

  private static byte[] config(Digest... layers) {
    var ids = String.join(",", java.util.Arrays.stream(layers).map(d -> "\"" + d + "\"").toList());
    return ("{\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + ids + "]}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void a_layer_survives_the_next_start_and_half_a_layer_does_not() throws IOException {
    var tar = Tars.gzip(Tars.root("kept"));
    StoredLayer layer;
    StoredImage image;
    try (var pin = store.pin()) {
      layer = add(tar, pin);
      image = store.putConfig(config(layer.diffId()));
    }
    var half = store.newTemp();
    Files.createDirectories(half.resolve("fs/etc"));
    Files.writeString(half.resolve("fs/etc/motd"), "half");
    var again = ImageStore.open(state, new QuietRights(), Limits.DEFAULT);
    assertThat(half).doesNotExist();
    again.sweep(() -> Set.of(image.id()));
    assertThat(state.resolve("images/trash")).isEmptyDirectory();
    assertThat(again.layer(layer.diffId())).contains(layer);
    assertThat(again.image(image.id())).contains(image);
    assertThat(again.directories(image.id().toString()))
        .singleElement()
        .satisfies(d -> assertThat(d.resolve("etc/motd")).hasContent("kept"));
    try (var in = again.tar(layer.diffId())) {
      assertThat(in.readAllBytes()).hasSize((int) layer.tarBytes()).isEqualTo(Tars.root("kept"));
    }
  }

  @Test
  void a_layer_with_another_diff_id_than_named_is_not_kept() throws IOException {
    var tar = Tars.root("x");
    var other = Digest.of(new byte[0]);
    try (var pin = store.pin()) {
      assertThatThrownBy(
              () -> store.addLayer(blob(tar), Digest.of(tar), Optional.of(other), pin, _ -> {}))
          .isInstanceOf(BadArchiveException.class)
          .hasMessageContaining("but the image's configuration names " + other);
    }
    assertThat(store.layer(Digest.of(tar))).isEmpty();
    try (var left = Files.list(state.resolve("images/tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void a_pinned_layer_is_not_swept() throws IOException {
    try (var pin = store.pin()) {
      var layer = add(Tars.root("x"), pin);
      assertThat(store.sweep(Set::of)).isZero();
      assertThat(store.layer(layer.diffId())).isPresent();
    }
    assertThat(store.sweep(Set::of)).isEqualTo(1);
  }

  @Test
  void images_share_layers_and_the_last_one_takes_them_along() throws IOException {
    try (var pin = store.pin()) {
      var base = add(Tars.root("base"), pin).diffId();
      var top = add(Tars.root("top"), pin).diffId();
      var one = store.putConfig(config(base)).id();
      var two = store.putConfig(config(base, top)).id();
      pin.close();
      store.sweep(() -> Set.of(one, two));
      store.sweep(() -> Set.of(one));
      assertThat(store.layer(top)).isEmpty();
      assertThat(store.directories(one.toString())).hasSize(1);
      assertThatThrownBy(() -> store.directories(two.toString()))
          .isInstanceOf(Refusal.NotFound.class);
    }
  }

  @Test
  void of_a_layer_that_comes_twice_the_upper_one_is_mounted() throws IOException {
    try (var pin = store.pin()) {
      var a = add(Tars.root("a"), pin).diffId();
      var b = add(Tars.root("b"), pin).diffId();
      var image = store.putConfig(config(a, b, a));
      assertThat(store.directories(image.id().toString()))
          .extracting(p -> p.getName(p.getNameCount() - 2).toString())
          .containsExactly(b.hex(), a.hex());
    }
  }

  @Test
  void endless_compressed_nothing_is_refused() throws IOException {
    var small =
        ImageStore.open(state.resolve("small"), new QuietRights(), new Limits(1 << 20, 1000, 0));
    var zeros = Tars.gzip(java.util.Arrays.copyOf(Tars.root("x"), 64 << 20));
    var file = Files.write(small.newTemp(), zeros);
    try (var pin = small.pin()) {
      assertThatThrownBy(
              () -> small.addLayer(file, Digest.of(zeros), Optional.empty(), pin, _ -> {}))
          .hasMessageContaining("larger than 1048576 bytes");
    }
  }

  @Test
  void only_root_enters_the_store() throws IOException {
    assertThat(Files.getAttribute(state.resolve("images"), "unix:mode")).isEqualTo(0x4000 | 0700);
  }
}
