package vch.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;
import vch.engine.fake.Samples;
import vch.portlayer.container.Mount;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.state.ImageNote;
import vch.portlayer.state.ImageTag;

class SqliteJournalTest extends JournalContract {
  @TempDir private Path directory;

  @Override
  Journal open() throws IOException {
    return SqliteJournal.open(directory.resolve("state"));
  }

  private Path file() {
    return directory.resolve("state").resolve(SqliteJournal.FILE);
  }

  private void sql(String... statements) throws SQLException {
    try (var connection = JDBC.createConnection("jdbc:sqlite:" + file(), new Properties());
        var statement = connection.createStatement()) {
      for (var each : statements) {
        statement.execute(each);
      }
    }
  }

  private void fill() throws IOException {
    try (var journal = open()) {
      var changes = new ArrayList<Change>(Samples.blueCreated());
      var container = Samples.container(1, 1);
      var mount = new Mount(Mount.Kind.VOLUME, "data", "/data", false, List.of("nocopy"), "");
      changes.add(
          Samples.put(
              container.withSpec(
                  container.spec().withMounts(List.of(mount)), container.document())));
      journal.append(List.of(new ChangeSet(journal.load().revision() + 1, changes)));
    }
  }

  @Test
  void the_file_is_for_its_owner_only() throws IOException {
    fill();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void the_native_library_is_unpacked_once_and_not_into_the_temporary_directory()
      throws IOException {
    var library = SqliteLibrary.unpack(directory).orElseThrow().resolve("libsqlitejdbc.so");
    assertThat(library).startsWith(directory).isNotEmptyFile();
    var made = Files.getAttribute(library, "unix:ctime");
    assertThat(SqliteLibrary.unpack(directory)).contains(library.getParent());
    assertThat(Files.getAttribute(library, "unix:ctime")).isEqualTo(made);
    fill();
    assertThat(System.getProperty("org.sqlite.lib.path")).contains("/native/sqlite-");
  }

  /// Rows as the first version wrote them.
  @Test
  void a_record_of_the_first_format_is_brought_to_this_one() throws Exception {
    fill();
    Image before;
    try (var journal = open()) {
      before = journal.load();
    }
    sql(
        """
        update entity set json = json_remove(json, '$.spec.health', '$.spec.annotations', '$.spec.limits.fine')
        where kind = 'container'""",
        """
        update entity set json = json_remove(
          json_set(json, '$.kind.subnet', json_extract(json, '$.kind.subnets[0]')), '$.kind.subnets')
        where kind = 'portgroup' and json_extract(json, '$.kind.type') = 'nat'""",
        """
        update entity set json = json_remove(
          json_set(json, '$.nics[0].gateway', json_extract(json, '$.nics[0].gateways[0]')), '$.nics[0].gateways')
        where kind = 'vch'""",
        "update entity set json = json_remove(json, '$.bridge.shared') where kind = 'vch'",
        """
        update entity set json = json_set(json,
          '$.endpoints', (
            select json_group_array(json_remove(value, '$.linkLocal')) from json_each(entity.json, '$.endpoints')),
          '$.spec.mounts', (
            select json_group_array(json_remove(value, '$.part', '$.imageRef')) from json_each(entity.json, '$.spec.mounts')))
        where kind = 'container'""",
        """
        update entity set json = json_set(json,
          '$.endpoints', (
            select json_group_array(json_remove(value, '$.sysctls')) from json_each(entity.json, '$.endpoints')))
        where kind = 'container'""",
        """
        update entity set json = json_remove(json, '$.madeFrom', '$.kind.hostIp', '$.kind.gateways',
          '$.kind.portsRouted', '$.kind.linkPrefix')
        where kind = 'scope'""",
        "pragma user_version = 1");
    try (var journal = open()) {
      var image = journal.load();
      assertThat(image.containers()).containsExactlyElementsOf(before.containers());
      assertThat(image.vchs()).containsExactlyElementsOf(before.vchs()).isNotEmpty();
      assertThat(image.scopes()).containsExactlyElementsOf(before.scopes()).isNotEmpty();
      assertThat(image.portGroups()).containsExactlyElementsOf(before.portGroups()).isNotEmpty();
    }
    try (var journal = open()) { // now of the new format
      assertThat(journal.load().containers()).hasSize(1);
    }
  }

  /// Up to format 7.
  @Test
  void ports_that_were_named_one_by_one_are_ranges() throws Exception {
    fill();
    sql(
        """
        update entity set json = json_set(json, '$.exposed', json('["53/udp", "80/tcp", "81/tcp", "82/tcp"]'))
        where kind = 'container'""",
        """
        update entity set json = json_set(json,
          '$.endpoints', (
            select json_group_array(json_remove(value, '$.sysctls')) from json_each(entity.json, '$.endpoints')))
        where kind = 'container'""",
        """
        update entity set json = json_remove(json, '$.madeFrom', '$.kind.hostIp', '$.kind.gateways',
          '$.kind.portsRouted', '$.kind.linkPrefix')
        where kind = 'scope'""",
        "pragma user_version = 7");
    try (var journal = open()) {
      assertThat(journal.load().containers())
          .singleElement()
          .satisfies(c -> assertThat(c.exposed()).hasToString("[53/udp, 80-82/tcp]"));
    }
  }

  /// Up to format 9.
  @Test
  void the_part_of_a_volume_that_is_mounted_stays_it() throws Exception {
    fill();
    sql(
        """
        update entity set json = json_set(json, '$.spec.mounts', (
          select json_group_array(json_remove(json_set(value, '$.volumePart', 'in/it'), '$.part', '$.imageRef'))
          from json_each(entity.json, '$.spec.mounts')))
        where kind = 'container'""",
        "pragma user_version = 9");
    try (var journal = open()) {
      assertThat(journal.load().containers())
          .singleElement()
          .satisfies(
              c ->
                  assertThat(c.spec().mounts())
                      .containsExactly(
                          new Mount(
                              Mount.Kind.VOLUME,
                              "data",
                              "/data",
                              false,
                              List.of("nocopy"),
                              "in/it")));
    }
  }

  /// Up to format 10.
  @Test
  void what_is_known_of_images_is_taken_out_of_their_names() throws Exception {
    var first = "sha256:" + "a1".repeat(32);
    var second = "sha256:" + "a2".repeat(32);
    var third = "sha256:" + "a3".repeat(32);
    var names =
        List.<Change>of(
            new Change.TagPut(new ImageTag(Samples.BLUE, "docker.io/library/x:latest", first, "")),
            new Change.TagPut(new ImageTag(Samples.BLUE, "<none>@" + second, second, "")));
    var other = new ArrayList<>(names);
    var blue = Samples.BLUE;
    other.add(new Change.TagPut(new ImageTag(blue, "<parent>@" + second, first, "a \"key\"")));
    other.add(
        new Change.TagPut(new ImageTag(blue, "<tagged>@" + second, "", "2026-01-01T12:00:00Z")));
    other.add(new Change.TagPut(new ImageTag(blue, "<parent>@" + first, "", "")));
    other.add(
        new Change.TagPut(new ImageTag(blue, "<tagged>@" + third, "", "2026-01-01T12:00:00.5Z")));
    try (var journal = open()) {
      journal.append(List.of(new ChangeSet(1, other)));
    }
    sql("pragma user_version = 10");
    try (var journal = open()) {
      var image = journal.load();
      assertThat(image.tags()).hasSize(2);
      assertThat(image.tags(blue).map(t -> (Change) new Change.TagPut(t)))
          .containsExactlyInAnyOrderElementsOf(names);
      assertThat(image.imageNotes(blue))
          .containsExactly(
              ImageNote.none(blue, first).made("", ""),
              ImageNote.none(blue, second)
                  .made(first, "a \"key\"")
                  .named(Instant.parse("2026-01-01T12:00:00Z")),
              ImageNote.none(blue, third).named(Instant.parse("2026-01-01T12:00:00.5Z")));
    }
  }

  @Test
  void a_newer_format_is_refused_and_left_alone() throws Exception {
    fill();
    sql("pragma user_version = 99");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The record "
                + file()
                + " was written by a newer version (format 99, this one knows 11). Start that version, or name another --state-dir.");
  }

  @Test
  void the_database_of_another_program_is_refused() throws Exception {
    Files.createDirectories(file().getParent());
    sql("create table t (a)");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a database of another program");
  }

  @Test
  void a_file_that_is_no_database_is_refused() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "This is not a database. ".repeat(100));
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it is damaged or no database (SQLITE_NOTADB)");
    assertThat(Files.readString(file())).startsWith("This is not");
  }

  @Test
  void a_field_that_is_not_known_is_an_error_that_names_the_row() throws Exception {
    fill();
    sql("update entity set json = json_set(json, '$.colour', 'red') where kind = 'container'");
    assertThatThrownBy(
            () -> {
              try (var journal = open()) {
                journal.load();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("row container " + Samples.containerId(1))
        .hasMessageContaining("colour");
  }

  @Test
  void a_field_that_is_missing_is_an_error_that_names_the_row() throws Exception {
    fill();
    sql("update entity set json = json_remove(json, '$.mtu') where kind = 'scope'");
    assertThatThrownBy(
            () -> {
              try (var journal = open()) {
                journal.load();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("row scope " + Samples.scopeId(1))
        .hasMessageContaining("mtu");
  }

  @Test
  void a_disk_that_is_full_refuses_the_change_sets_and_keeps_what_was_there() throws Exception {
    fill();
    try (var journal = open()) {
      var image = journal.load();
      ((SqliteJournal) journal).limitPages(1);
      var changes = new ArrayList<Change>();
      for (int i = 2; i < 200; i++) {
        changes.add(Samples.put(Samples.container(i, 1)));
      }
      var full = new ChangeSet(image.revision() + 1, changes);
      assertThatThrownBy(() -> journal.append(List.of(full)))
          .isInstanceOf(IOException.class)
          .hasMessage("The record " + file() + " cannot be used: the disk is full.");
      assertThat(journal.load().changes()).isEqualTo(image.changes());
      ((SqliteJournal) journal).limitPages(100_000);
      journal.append(List.of(full));
      assertThat(journal.load().containers()).hasSize(199);
    }
  }

  @Test
  void what_is_there_goes_on_and_ends_on_a_full_disk() throws Exception {
    fill();
    try (var journal = open()) {
      journal.keepRoom();
      var image = journal.load();
      ((SqliteJournal) journal).limitPages(1);
      var container = image.containers().iterator().next();
      for (int i = 1; i <= 200; i++) {
        var change = Samples.put(container.withName("n".repeat(i)));
        image = image.after(List.of(change));
        journal.append(List.of(new ChangeSet(image.revision(), List.of(change))));
      }
      var end = new Change.ContainerRemoved(container.id());
      journal.append(List.of(new ChangeSet(image.revision() + 1, List.of(end))));
      assertThat(journal.load().containers()).isEmpty();
    }
    assertThat(file().resolveSibling("state.reserve")).isNotEmptyFile();
    try (var journal = open()) {
      assertThat(file().resolveSibling("state.reserve")).doesNotExist();
      assertThat(journal.crowded()).isEmpty();
    }
  }
}
