package vch.compute.log;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;

/// A line of conmon's `k8s-file` log: `TIME stdout|stderr F|P text`.
///
/// @param stream 1 standard output, 2 standard error
/// @param partial the container's line goes on in a later entry of the same stream
/// @param text without line feed
@SuppressWarnings("ArrayRecordComponent") // never compared: a line on its way to its reader
record Entry(Instant at, int stream, boolean partial, byte[] text) {
  private static final int HEAD_FIELDS = 3;

  /// Reads one line.
  ///
  /// @param line without line feed
  /// @return empty for a line of another form, such as one torn by a crash
  static Optional<Entry> parse(byte[] line, int length) {
    int[] ends = new int[HEAD_FIELDS];
    int field = 0;
    for (int i = 0; i < length && field < HEAD_FIELDS; i++) {
      if (line[i] == ' ') {
        ends[field++] = i;
      }
    }
    if (field == HEAD_FIELDS - 1) {
      ends[field++] = length; // an empty text may come without the space before it
    }
    if (field < HEAD_FIELDS) {
      return Optional.empty();
    }
    var stream = ascii(line, ends[0] + 1, ends[1]);
    var tag = ascii(line, ends[1] + 1, ends[2]);
    if (!(stream.equals("stdout") || stream.equals("stderr"))
        || !(tag.equals("F") || tag.equals("P"))) {
      return Optional.empty();
    }
    try {
      var at = OffsetDateTime.parse(ascii(line, 0, ends[0])).toInstant();
      var text = Arrays.copyOfRange(line, Math.min(ends[2] + 1, length), length);
      return Optional.of(new Entry(at, stream.equals("stdout") ? 1 : 2, tag.equals("P"), text));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static String ascii(byte[] line, int from, int to) {
    return new String(line, from, to - from, StandardCharsets.US_ASCII);
  }
}
