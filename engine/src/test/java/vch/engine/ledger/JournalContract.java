package vch.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vch.engine.fake.Samples;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Volume;
import vch.portlayer.state.AddressCursor;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;

/// What the ledger may rely on, whatever journal it has.
abstract class JournalContract {
  /// A new journal, or on the second call within a test the one before, opened again.
  abstract Journal open() throws IOException;

  private Image append(Journal journal, Image image, Change... changes) throws IOException {
    var next = image.after(List.of(changes));
    journal.append(List.of(new ChangeSet(next.revision(), List.of(changes))));
    return next;
  }

  private static void same(Image actual, Image expected) {
    assertThat(actual.changes()).isEqualTo(expected.changes());
    assertThat(actual.revision()).isEqualTo(expected.revision());
  }

  private Image reopened() throws IOException {
    try (var journal = open()) {
      return journal.load();
    }
  }

  @Test
  void a_new_journal_holds_the_empty_image() throws IOException {
    same(reopened(), Image.EMPTY);
  }

  @Test
  void what_was_appended_is_loaded() throws IOException {
    Image image;
    try (var journal = open()) {
      image = append(journal, journal.load(), Samples.blueCreated().toArray(Change[]::new));
      image =
          append(
              journal,
              image,
              new Change.ScopePut(Samples.internalScope(2)),
              Samples.put(Samples.container(1, 1, 2)));
      image =
          append(
              journal,
              image,
              Samples.put(
                  Samples.running(Samples.publishing(Samples.container(1, 1, 2), "8080:80/tcp"))));
      image =
          append(
              journal,
              image,
              new Change.VolumePut(
                  new Volume(
                      Samples.BLUE, "data", Samples.NOON, Map.of("a", "b"), Map.of(), false)));
      image =
          append(
              journal,
              image,
              new Change.TagPut(
                  new ImageTag(Samples.BLUE, "docker.io/library/busybox:latest", "sha256:1", "")),
              new Change.ImageNotePut(ImageNote.none(Samples.BLUE, "sha256:1").made("", "k")));
      image =
          append(
              journal,
              image,
              new Change.AddressCursorPut(
                  new AddressCursor(Samples.scopeId(2), Ip.parse("172.18.0.2"))));
    }
    same(reopened(), image);
  }

  @Test
  void what_was_removed_stays_removed() throws IOException {
    Image image;
    try (var journal = open()) {
      image = append(journal, journal.load(), Samples.blueCreated().toArray(Change[]::new));
      image =
          append(
              journal,
              image,
              new Change.VolumePut(
                  new Volume(Samples.BLUE, "data", Samples.NOON, Map.of(), Map.of(), true)),
              new Change.TagPut(
                  new ImageTag(Samples.BLUE, "docker.io/library/busybox:latest", "sha256:1", "")),
              new Change.ImageNotePut(ImageNote.none(Samples.BLUE, "sha256:1").named(Samples.NOON)),
              new Change.AddressCursorPut(
                  new AddressCursor(Samples.scopeId(1), Ip.parse("172.17.0.2"))),
              new Change.AddressCursorPut(
                  new AddressCursor(Samples.scopeId(1), Ip.parse("fd00::2"))),
              Samples.put(Samples.container(1, 1)));
      image =
          append(
              journal,
              image,
              new Change.VolumeRemoved(Samples.BLUE, "data"),
              new Change.TagRemoved(Samples.BLUE, "docker.io/library/busybox:latest"),
              new Change.ImageNoteRemoved(Samples.BLUE, "sha256:1"),
              new Change.ContainerRemoved(Samples.containerId(1)),
              new Change.ScopeRemoved(Samples.scopeId(1)),
              new Change.VchRemoved(Samples.BLUE),
              new Change.PortGroupRemoved(Samples.VM_NETWORK));
    }
    same(reopened(), image);
    assertThat(image.addressCursors()).isEmpty();
    assertThat(image.imageNotes(Samples.BLUE)).isEmpty();
  }

  @Test
  void several_change_sets_are_appended_together() throws IOException {
    Image image;
    try (var journal = open()) {
      var first = journal.load().after(Samples.blueCreated());
      var more = List.<Change>of(Samples.put(Samples.container(1, 1)));
      image = first.after(more);
      journal.append(
          List.of(
              new ChangeSet(first.revision(), Samples.blueCreated()),
              new ChangeSet(image.revision(), more)));
    }
    same(reopened(), image);
  }

  @Test
  void work_goes_on_after_a_reload() throws IOException {
    try (var journal = open()) {
      append(journal, journal.load(), Samples.blueCreated().toArray(Change[]::new));
    }
    Image image;
    try (var journal = open()) {
      image = append(journal, journal.load(), Samples.put(Samples.container(1, 1)));
    }
    same(reopened(), image);
    assertThat(image.revision()).isEqualTo(2);
  }
}
