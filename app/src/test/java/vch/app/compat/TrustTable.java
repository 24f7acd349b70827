package vch.app.compat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What each trust level lets pass, read from a table that people read too.
///
/// @param level its name
/// @param published at a port that is published as it is, `-p 80`
/// @param redirected at a port that leads to another one, `-p 8080:81`
/// @param target at that other port itself
/// @param other at a port that nobody spoke of
/// @param ping what is answered
/// @param outbound what the container itself may ask
record TrustTable(
    String level,
    Who published,
    Who redirected,
    Who target,
    Who other,
    Who ping,
    boolean outbound) {
  /// Who is let in.
  enum Who {
    /// The port cannot be published at this level.
    REFUSED,
    NOBODY,
    /// Members, and whoever has an address of the network's range.
    PEERS,
    ANYONE;

    boolean admits(boolean peer) {
      return switch (this) {
        case REFUSED, NOBODY -> false;
        case PEERS -> peer;
        case ANYONE -> true;
      };
    }
  }

  /// @param table a line of titles, then a line a level; columns are parted by two blanks or more
  static List<TrustTable> read(String table) {
    var out = new ArrayList<TrustTable>();
    for (var line : table.lines().skip(1).toList()) {
      var columns = line.strip().split(" {2,}");
      var who =
          Arrays.stream(columns, 1, columns.length - 1)
              .map(w -> Who.valueOf(w.toUpperCase(java.util.Locale.ROOT)))
              .toList();
      out.add(
          new TrustTable(
              columns[0],
              who.get(0),
              who.get(1),
              who.get(2),
              who.get(3),
              who.get(4),
              columns[columns.length - 1].equals("everything")));
    }
    return List.copyOf(out);
  }

  /// Who is let in at a port that the level does not publish: as at any other.
  Who at(Who port) {
    return port == Who.REFUSED ? other : port;
  }
}
