package vch.engine.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Free pages inside the database and its write-ahead log, so that what changes without growing is
/// written also where the disk has no room left. Both files keep their size while they are open;
/// the log goes when it is closed, and a file of its size takes its place until the next time.
final class Slack {
  private static final System.Logger LOG = System.getLogger(Slack.class.getName());

  /// About as much as the log holds before its pages go to the database (`wal_autocheckpoint`, 1000
  /// pages of 4 KiB).
  private static final int BYTES = 4 << 20;

  private static final int PAGES_MIN = BYTES / 4096 / 2;

  private final Connection connection;
  private final Path reserve;

  /// The log is made anew with each connection.
  private boolean logHasRoom;

  Slack(Connection connection, Path reserve) {
    this.connection = connection;
    this.reserve = reserve;
  }

  /// Makes it where there is none or too little. Where that cannot be had, nothing happens.
  void keep() throws SQLException {
    if (logHasRoom && pages() >= PAGES_MIN) {
      return;
    }
    try (var statement = connection.createStatement()) {
      // In two transactions: what comes and goes in one is not written at all.
      statement.execute(
          "insert or replace into meta (key, value) values ('slack', zeroblob(" + BYTES + "))");
      statement.execute("delete from meta where key = 'slack'");
      // What passed through the pages' cache would stay there.
      statement.execute("pragma shrink_memory");
      logHasRoom = true;
    } catch (SQLiteException e) {
      if (e.getResultCode() != SQLiteErrorCode.SQLITE_FULL) {
        throw e;
      }
    }
  }

  /// The database is about to be opened.
  static void release(Path reserve) throws IOException {
    Files.deleteIfExists(reserve);
  }

  /// The database is closed.
  void hold() {
    try {
      Files.write(reserve, new byte[BYTES + BYTES / 32]); // with the heads of its pages
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "keep room by " + reserve, e);
    }
  }

  private int pages() throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("pragma freelist_count")) {
      result.next();
      return result.getInt(1);
    }
  }
}
