package vch.engine.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.sqlite.JDBC;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// Keeps the image in a SQLite database, `state.db` below the state directory: table `entity` has a
/// row for each entity as it is now, `meta` the revision; `user_version` is the version of the
/// schema. Write-ahead log, synced at every commit. Can be read with sqlite3(1) while the daemon
/// runs. Owned by one thread at a time.
public final class SqliteJournal implements Journal {
  static final String FILE = "state.db";

  private static final String RESERVE = "state.reserve";

  /// With less on its disk nothing new is recorded.
  static final long FREE_BYTES_MIN = 1 << 20;

  private static final System.Logger LOG = System.getLogger(SqliteJournal.class.getName());

  /// Version of tables and JSON. A change of either gets the next number and a step in [#STEPS].
  static final int SCHEMA = 11;

  /// What brings format `n` (counted from 1) to the next, at place `n - 1`, as SQL.
  private static final List<String> STEPS =
      List.of(
          // 2: containers have health checks
          "update entity set json = json_set(json, '$.spec.health', json('null'))"
              + " where kind = 'container'",
          // 3: containers have annotations and finer bounds
          """
          update entity set json = json_set(json, '$.spec.annotations', json('{}'), '$.spec.limits.fine', json('{
            "swappiness": -1, "oomKillDisabled": false, "realtimeRuntimeMicros": 0, "realtimePeriodMicros": 0,
            "blockIo": {"weight": 0, "weights": [], "rates": []}, "deviceRules": [], "cgroupParent": ""}'))
          where kind = 'container'""",
          // 4: port groups of kind nat have a subnet for each family
          """
          update entity set json = json_remove(
            json_set(json, '$.kind.subnets', json_array(json_extract(json, '$.kind.subnet'))), '$.kind.subnet')
          where kind = 'portgroup' and json_extract(json, '$.kind.type') = 'nat'""",
          // 5: NICs have a gateway for each family
          """
          update entity set json = json_set(json, '$.nics', (
            select json_group_array(json(json_remove(json_set(value, '$.gateways',
              json(iif(json_extract(value, '$.gateway') is null, '[]', json_array(json_extract(value, '$.gateway'))))),
              '$.gateway')))
            from json_each(entity.json, '$.nics')))
          where kind = 'vch'""",
          // 6: container networks: places are probed or leased, publications may be direct
          """
          update entity set json = case kind
            when 'vch' then json_set(json, '$.allowNetAdmin', json('false'))
            else json_set(json,
              '$.endpoints', (
                select json_group_array(json_set(value, '$.settled', json('true'), '$.lease', json('null')))
                from json_each(entity.json, '$.endpoints')),
              '$.publications', (
                select json_group_array(json_set(value, '$.direct', json('false')))
                from json_each(entity.json, '$.publications')))
            end
          where kind in ('vch', 'container')""",
          // 7: bridge scopes may share a segment
          "update entity set json = json_set(json, '$.bridge.shared', json('false')) where kind = 'vch'",
          // 8: endpoints may have link-local addresses, and a part of a volume may be mounted.
          // Ports of containers stand as ranges; single ones are read as before, and joined when
          // their container is written again
          """
          update entity set json = json_set(json,
            '$.endpoints', (
              select json_group_array(json_set(value, '$.linkLocal', json('[]')))
              from json_each(entity.json, '$.endpoints')),
            '$.spec.mounts', (
              select json_group_array(json_set(value, '$.volumePart', ''))
              from json_each(entity.json, '$.spec.mounts')))
          where kind = 'container'""",
          // 9: gateways of bridge scopes have modes, scopes are made from configurations, links of
          // containers have settings
          """
          update entity set json = case
            when kind = 'container' then json_set(json, '$.endpoints', (
              select json_group_array(json_set(value, '$.sysctls', json('{}')))
              from json_each(entity.json, '$.endpoints')))
            when json_extract(json, '$.kind.type') = 'bridge' then json_set(json,
              '$.madeFrom', json('null'), '$.kind.hostIp', json('null'),
              '$.kind.portsRouted', json('false'), '$.kind.linkPrefix', json('null'),
              '$.kind.gateways', json('{"ipv4": "NAT", "ipv6": "NAT"}'))
            else json_set(json, '$.madeFrom', json('null'))
          end
          where kind in ('container', 'scope')""",
          // 10: images may be mounted, and parts of them as of volumes
          """
          update entity set json = json_set(json, '$.spec.mounts', (
            select json_group_array(json_remove(
              json_set(value, '$.part', json_extract(value, '$.volumePart'), '$.imageRef', ''), '$.volumePart'))
            from json_each(entity.json, '$.spec.mounts')))
          where kind = 'container'""",
          // 11: what is known of images besides their names is no longer among the names
          """
          insert into entity (kind, id, json)
            select 'imagenote', vch || '/' || image, json_object('vch', vch, 'image', image,
              'made', json(iif(key is null, 'null', json_object('parent', parent, 'key', key))), 'named', named)
            from (
              select json_extract(json, '$.vch') as vch,
                substr(json_extract(json, '$.reference'), 10) as image,
                max(iif(id like '%/<parent>@%', json_extract(json, '$.image'), null)) as parent,
                max(iif(id like '%/<parent>@%', json_extract(json, '$.repoDigest'), null)) as key,
                max(iif(id like '%/<tagged>@%', json_extract(json, '$.repoDigest'), null)) as named
              from entity
              where kind = 'tag' and (id like '%/<parent>@%' or id like '%/<tagged>@%')
              group by 1, 2);
          delete from entity
          where kind = 'tag' and (id like '%/<parent>@%' or id like '%/<tagged>@%')""");

  /// "vch1", so that file(1) and we tell our databases from others (pragma application_id).
  static final int APPLICATION = 0x76636831;

  /// How long a reader such as sqlite3(1) may hold us up, milliseconds.
  private static final int BUSY_TIMEOUT_MILLIS = 5_000;

  private final Path file;
  private final Connection connection;
  private final Slack slack;
  private final EntityCodec codec = new EntityCodec();

  private SqliteJournal(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
    this.slack = new Slack(connection, file.resolveSibling(RESERVE));
  }

  /// Opens the database below the directory, making both where they are missing.
  ///
  /// @throws IOException one sentence that says what is wrong with which file
  public static SqliteJournal open(Path stateDirectory) throws IOException {
    var file = stateDirectory.resolve(FILE);
    try {
      Files.createDirectories(stateDirectory);
      SqliteLibrary.use(stateDirectory);
      Slack.release(stateDirectory.resolve(RESERVE));
      if (!Files.exists(file)) { // it will hold environments of containers: for the owner only
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException e) {
      throw new IOException("The state directory " + stateDirectory + " cannot be used: " + e, e);
    }
    Connection connection = null;
    try {
      connection = JDBC.createConnection("jdbc:sqlite:" + file, new Properties());
      prepare(file, connection);
      return new SqliteJournal(file, connection);
    } catch (SQLException | IOException e) {
      if (connection != null) {
        closeQuietly(connection, e);
      }
      throw e instanceof IOException io ? io : unusable(file, (SQLException) e);
    }
  }

  private static void closeQuietly(Connection connection, Exception because) {
    try {
      connection.close();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private static IOException unusable(Path file, SQLException e) {
    return new IOException("The record " + file + " cannot be used: " + reason(e), e);
  }

  private static String reason(SQLException e) {
    if (e instanceof SQLiteException sqlite) {
      var code = sqlite.getResultCode();
      if (code == SQLiteErrorCode.SQLITE_FULL) {
        return "the disk is full.";
      }
      if (code == SQLiteErrorCode.SQLITE_NOTADB || code == SQLiteErrorCode.SQLITE_CORRUPT) {
        return "it is damaged or no database ("
            + code.name()
            + "). Move it away to begin anew, or put a copy back.";
      }
      if (code == SQLiteErrorCode.SQLITE_BUSY) {
        return "another program holds it.";
      }
      if (code.name().startsWith("SQLITE_IOERR")) {
        return "input/output error (" + code.name() + ").";
      }
    }
    return e.getMessage() + ".";
  }

  private static void prepare(Path file, Connection connection) throws SQLException, IOException {
    try (var statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = " + BUSY_TIMEOUT_MILLIS);
      int application = number(connection, "pragma application_id");
      int schema = number(connection, "pragma user_version");
      boolean fresh =
          application == 0
              && schema == 0
              && number(connection, "select count(*) from sqlite_schema") == 0;
      if (!fresh && application != APPLICATION) {
        throw new IOException(
            "The record "
                + file
                + " is a database of another program. Move it away, or name another --state-dir.");
      }
      if (schema > SCHEMA) {
        throw new IOException(
            "The record "
                + file
                + " was written by a newer version (format "
                + schema
                + ", this one knows "
                + SCHEMA
                + "). Start that version, or name another --state-dir.");
      }
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = full");
      statement.execute("begin immediate");
      if (fresh) {
        statement.execute(
            "create table entity (kind text not null, id text not null, json text not null, primary key (kind, id)) without rowid");
        statement.execute(
            "create table meta (key text primary key, value text not null) without rowid");
        statement.execute("insert into meta (key, value) values ('revision', '0')");
        statement.execute("pragma application_id = " + APPLICATION);
        statement.execute("pragma user_version = " + SCHEMA);
      } else if (schema < SCHEMA) { // else nothing is written: the disk may be full
        migrate(connection, schema);
      }
      statement.execute("commit");
    }
  }

  /// Brings older tables and JSON to this version, a step a version, each with a test on a file as
  /// the old version wrote it.
  private static void migrate(Connection connection, int schema) throws SQLException, IOException {
    if (schema < 1) {
      throw new IOException("there is no format " + schema);
    }
    try (var statement = connection.createStatement()) {
      for (var step : STEPS.subList(schema - 1, STEPS.size())) {
        statement.executeUpdate(step); // unlike execute, all of its statements
      }
      statement.execute("pragma user_version = " + SCHEMA);
    }
  }

  private static int number(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      result.next();
      return result.getInt(1);
    }
  }

  @Override
  public Image load() throws IOException {
    try (var statement = connection.createStatement()) {
      long at;
      try (var result = statement.executeQuery("select value from meta where key = 'revision'")) {
        result.next();
        at = Long.parseLong(result.getString(1));
      }
      try (var rows =
          statement.executeQuery("select kind, id, json from entity order by kind, id")) {
        var texts = new ArrayList<Row>();
        while (rows.next()) {
          texts.add(new Row(rows.getString(1), rows.getString(2), rows.getString(3)));
        }
        return Image.EMPTY.after(read(texts)).at(at);
      }
    } catch (SQLException e) {
      throw unusable(file, e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private record Row(String kind, String id, String json) {}

  /// On all processors: with a thousand containers this is a good part of a restart.
  private List<Change> read(List<Row> rows) {
    return rows.parallelStream().map(this::read).toList();
  }

  private Change read(Row row) {
    try {
      return codec.read(row.kind, row.id, row.json);
    } catch (EntityCodec.Unreadable e) {
      throw new UncheckedIOException(
          new IOException("The record " + file + " cannot be used: " + e.getMessage(), e));
    }
  }

  @Override
  public void append(List<ChangeSet> sets) throws IOException {
    try {
      execute("begin immediate");
      try (var rows =
          new Rows(
              connection)) { // made anew each time: after an error the driver cannot use them again
        for (var set : sets) {
          for (var change : set.changes()) {
            for (var row : codec.rows(change)) {
              rows.write(row);
            }
          }
        }
        rows.revision(sets.getLast().revision());
      }
      execute("commit");
    } catch (SQLException e) {
      rollback(e);
      throw unusable(file, e);
    } catch (RuntimeException e) { // a value that cannot be written as JSON
      rollback(e);
      throw e;
    }
  }

  /// The statements of one append.
  private static final class Rows implements AutoCloseable {
    private final PreparedStatement put;
    private final PreparedStatement remove;
    private final PreparedStatement revision;

    Rows(Connection connection) throws SQLException {
      put =
          connection.prepareStatement(
              "insert into entity (kind, id, json) values (?, ?, ?) on conflict (kind, id) do update set json = excluded.json");
      remove = connection.prepareStatement("delete from entity where kind = ? and id = ?");
      revision = connection.prepareStatement("update meta set value = ? where key = 'revision'");
    }

    void write(EntityCodec.RowChange row) throws SQLException {
      switch (row) {
        case EntityCodec.RowChange.Put(var kind, var id, var json) -> {
          put.setString(1, kind);
          put.setString(2, id);
          put.setString(3, json);
          put.executeUpdate();
        }
        case EntityCodec.RowChange.Remove(var kind, var id) -> {
          remove.setString(1, kind);
          remove.setString(2, id);
          remove.executeUpdate();
        }
      }
    }

    void revision(long value) throws SQLException {
      revision.setString(1, Long.toString(value));
      revision.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
      put.close();
      remove.close();
      revision.close();
    }
  }

  /// After some errors, a full disk among them, SQLite has rolled back already, and says so.
  private void rollback(Exception because) {
    try {
      execute("rollback");
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private void execute(String statement) throws SQLException {
    try (var each = connection.createStatement()) {
      each.execute(statement);
    }
  }

  @Override
  public void keepRoom() {
    try {
      slack.keep();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.WARNING, "keeping room in " + file, e);
    }
  }

  @Override
  public Optional<String> crowded() {
    long free = file.toFile().getUsableSpace();
    return free >= FREE_BYTES_MIN
        ? Optional.empty()
        : Optional.of(
            (free >> 10)
                + " KiB are free on the disk of "
                + file
                + ", "
                + (FREE_BYTES_MIN >> 10)
                + " KiB have to be. Containers can be stopped and removed.");
  }

  /// Lets the file grow to this many pages only (of 4 KiB): a full disk for tests.
  void limitPages(int pages) throws SQLException {
    execute("pragma max_page_count = " + pages);
  }

  @Override
  public void close() {
    try {
      connection.close();
      slack.hold();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.WARNING, "closing " + file, e);
    }
  }
}
