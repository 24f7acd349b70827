package vch.compute.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.compute.image.TestEngine.BLUE;
import static vch.compute.image.TestEngine.GREEN;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import vch.engine.compute.Images.Removed;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Mount;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageTag;

class TagRulesTest {
  private static final String A = "sha256:" + "a1".repeat(32);
  private static final String B = "sha256:" + "a2".repeat(32);
  private static final String C = "sha256:" + "a3".repeat(32);
  private static final String D1 = "sha256:" + "d1".repeat(32);
  private static final String D2 = "sha256:" + "d2".repeat(32);

  private Image image = Image.EMPTY;

  private void put(String name, String id, String digest) {
    image = image.after(TagRules.put(image, BLUE, Reference.parse(name).orLatest(), id, digest));
  }

  private void contains(String id, String image64, ContainerState state) {
    image =
        image.after(
            List.of(new Change.ContainerPut(TestEngine.container(BLUE, id, image64, state))));
  }

  private List<String> keys() {
    return image.tags(BLUE).map(ImageTag::reference).toList();
  }

  private List<Removed> remove(String text, boolean force) {
    var decision = TagRules.remove(image, BLUE, text, force);
    image = image.after(decision.changes());
    return decision.reply().words();
  }

  @Test
  void a_tag_that_moves_leaves_the_old_image_under_its_digest() {
    put("busybox", A, D1);
    put("busybox", B, D2);
    assertThat(keys())
        .containsExactly("docker.io/library/busybox:latest", "docker.io/library/busybox@" + D1);
    assertThat(TagRules.resolve(image, BLUE, "busybox")).contains(B);
    assertThat(TagRules.resolve(image, BLUE, "busybox@" + D1)).contains(A);
    assertThat(TagRules.resolve(image, BLUE, "busybox@" + D2)).contains(B);
  }

  @Test
  void an_image_without_digest_stays_nameless_until_it_is_named_again() {
    put("x", A, "");
    put("x", B, "");
    assertThat(keys()).containsExactly("<none>@" + A, "docker.io/library/x:latest");
    put("y", A, "");
    assertThat(keys()).containsExactly("docker.io/library/x:latest", "docker.io/library/y:latest");
  }

  @Test
  void tagging_again_keeps_the_digest() {
    put("x", A, D1);
    put("x", A, "");
    assertThat(image.tag(BLUE, "docker.io/library/x:latest").orElseThrow().repoDigest())
        .isEqualTo(D1);
  }

  @Test
  void an_id_or_its_beginning_names_an_image_unless_two_begin_so() {
    put("x", A, "");
    put("y", B, "");
    assertThat(TagRules.resolve(image, BLUE, A)).contains(A);
    assertThat(TagRules.resolve(image, BLUE, "a1a1")).contains(A);
    assertThat(TagRules.resolve(image, BLUE, "sha256:a2")).contains(B);
    assertThat(TagRules.resolve(image, BLUE, "a")).isEmpty();
    assertThat(TagRules.resolve(image, GREEN, A)).as("another VCH does not see it").isEmpty();
  }

  @Test
  void removing_the_last_name_deletes_the_image_and_its_digests() {
    put("busybox", A, D1);
    put("busybox:2", A, D1);
    assertThat(remove("busybox:2", false)).containsExactly(new Removed("Untagged", "busybox:2"));
    var decision = TagRules.remove(image, BLUE, "busybox", false);
    assertThat(decision.reply().words())
        .containsExactly(
            new Removed("Untagged", "busybox:latest"), new Removed("Untagged", "busybox@" + D1));
    assertThat(decision.reply().deleted()).isNotEmpty();
  }

  @Test
  void a_name_in_use_by_a_container_must_be_forced() {
    put("x", A, "");
    contains("c0", A, ContainerState.NEW.exited(0, Instant.EPOCH, false));
    assertThatThrownBy(() -> remove("x", false))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage(
            "conflict: unable to remove repository reference \"x:latest\" (must force) - container c0c0c0c0c0c0 is using its referenced image a1a1a1a1a1a1");
    assertThatThrownBy(() -> remove("a1a1a1a1a1a1", false))
        .hasMessage(
            "conflict: unable to delete a1a1a1a1a1a1 (must be forced) - image is being used by stopped container c0c0c0c0c0c0");
    assertThat(remove("x", true)).containsExactly(new Removed("Untagged", "x:latest"));
    assertThat(keys()).isEmpty();
  }

  @Test
  void the_image_of_a_running_container_is_never_deleted() {
    put("x", A, "");
    contains("c0", A, ContainerState.NEW.starting().running(7, Instant.EPOCH));
    assertThatThrownBy(() -> remove(A, true))
        .hasMessage(
            "conflict: unable to delete a1a1a1a1a1a1 (cannot be forced) - image is being used by running container c0c0c0c0c0c0");
    assertThat(remove("x", true)).containsExactly(new Removed("Untagged", "x:latest"));
    assertThat(keys()).containsExactly("<none>@" + A);
  }

  @Test
  void an_image_that_a_container_mounts_is_in_use_as_its_own_is() {
    put("x", A, "");
    put("tools", B, "");
    var stopped = ContainerState.NEW.exited(0, Instant.EPOCH, false);
    var container = TestEngine.container(BLUE, "c0", A, stopped);
    var mounts = List.of(Mount.ofImage(B, "tools", "/tools", ""));
    image =
        image.after(
            List.of(
                new Change.ContainerPut(
                    container.withSpec(container.spec().withMounts(mounts), ""))));
    assertThatThrownBy(() -> remove("tools", false))
        .isInstanceOf(Refusal.Conflict.class)
        .hasMessage(
            "conflict: unable to remove repository reference \"tools:latest\" (must force) - container c0c0c0c0c0c0 is using its referenced image a2a2a2a2a2a2");
    assertThat(TagRules.prune(image, BLUE, true).reply()).isEmpty();
    assertThat(remove("tools", true)).containsExactly(new Removed("Untagged", "tools:latest"));
    assertThat(TagRules.resolve(image, BLUE, B)).contains(B); // the container still knows it
  }

  @Test
  void an_id_with_names_in_two_repositories_must_be_forced() {
    put("x", A, "");
    put("y", A, "");
    assertThatThrownBy(() -> remove(A, false))
        .hasMessage(
            "conflict: unable to delete a1a1a1a1a1a1 (must be forced) - image is referenced in multiple repositories");
    assertThat(remove(A, true))
        .containsExactly(new Removed("Untagged", "x:latest"), new Removed("Untagged", "y:latest"));
  }

  @Test
  void pruning_takes_what_has_no_tag_or_all_that_no_container_uses() {
    put("x", A, D1);
    put("x", B, D2);
    var dangling = TagRules.prune(image, BLUE, false);
    assertThat(dangling.reply()).extracting(TagRules.Removal::imageId).containsExactly(A);
    contains("c0", A, ContainerState.NEW);
    assertThat(TagRules.prune(image, BLUE, true).reply())
        .extracting(TagRules.Removal::imageId)
        .containsExactly(B);
  }

  @Test
  void what_is_not_there_is_called_by_its_whole_familiar_name() {
    assertThatThrownBy(() -> remove("nosuch", false))
        .isInstanceOf(Refusal.NotFound.class)
        .hasMessage("No such image: nosuch:latest");
    assertThatThrownBy(() -> remove(A, false)).hasMessage("No such image: " + A);
    assertThatThrownBy(() -> remove("No Such", false)).isInstanceOf(Refusal.Invalid.class);
  }

  private void made(String id, String parent, String key) {
    image = image.after(TagRules.putNameless(image, BLUE, id));
    var note = TagRules.note(image, BLUE, id).made(parent, key);
    image = image.after(List.of(new Change.ImageNotePut(note)));
  }

  @Test
  void an_image_is_found_by_what_it_was_made_of_and_how() {
    put("base", A, "");
    made(B, A, "key");
    assertThat(Lineage.made(image, BLUE, A, "key")).containsExactly(B);
    assertThat(Lineage.made(image, BLUE, A, "other")).isEmpty();
    assertThat(Lineage.made(image, GREEN, A, "key")).isEmpty();
    assertThat(Lineage.parent(image, BLUE, B)).contains(A);
    assertThat(TagRules.rows(image, BLUE, A)).hasSize(1);
  }

  @Test
  void what_others_were_made_of_stays_until_they_go() {
    put("base", A, "");
    made(C, A, "1");
    made(B, C, "2");
    put("top", B, "");
    assertThatThrownBy(() -> remove(C, true)).hasMessageContaining("has dependent child images");
    assertThat(remove("base", false)).containsExactly(new Removed("Untagged", "base:latest"));
    assertThat(TagRules.resolve(image, BLUE, A)).contains(A);
    assertThat(TagRules.prune(image, BLUE, false).changes()).isEmpty();
    var removal = TagRules.remove(image, BLUE, "top", false);
    assertThat(removal.reply().deleted()).containsExactly(B, C, A);
    assertThat(image.after(removal.changes()).tags(BLUE)).isEmpty();
    assertThat(image.after(removal.changes()).imageNotes(BLUE)).isEmpty();
  }

  @Test
  void a_named_parent_and_one_in_use_outlive_the_child() {
    put("base", A, "");
    made(C, A, "1");
    made(B, C, "2");
    contains("c1", C, ContainerState.NEW);
    assertThat(TagRules.remove(image, BLUE, B, false).reply().deleted()).containsExactly(B);
    var pruned = TagRules.prune(image, BLUE, true);
    assertThat(pruned.reply()).extracting(TagRules.Removal::imageId).containsExactly(B);
    image = image.after(pruned.changes());
    assertThat(TagRules.resolve(image, BLUE, "base")).contains(A);
  }

  @Test
  void the_time_of_the_last_naming_stays_with_the_image_and_goes_with_it() {
    put("busybox", A, "");
    var noon = java.time.Instant.parse("2026-01-01T12:00:00Z");
    var note = TagRules.note(image, BLUE, A).named(noon);
    image = image.after(List.of(new Change.ImageNotePut(note)));
    made(A, B, "key"); // which says nothing of names
    assertThat(TagRules.rows(image, BLUE, A)).hasSize(1);
    put("other", A, "");
    remove("other", false);
    assertThat(image.imageNote(BLUE, A).orElseThrow().named()).contains(noon);
    assertThat(image.imageNote(GREEN, A)).isEmpty();
    remove("busybox", false);
    assertThat(image.tags(BLUE)).isEmpty();
    assertThat(image.imageNotes(BLUE)).isEmpty();
  }
}
