package vch.compute.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;

/// Finds where the last lines of a log begin, reading from its end.
final class Tail {
  private static final int STREAMS = 2;
  private static final int BLOCK_BYTES = 64 << 10;

  /// @param file index of the file in the list
  /// @param offset in bytes
  record Place(int file, long offset) {}

  private Tail() {}

  /// Where the last `lines` whole lines that `wanted` accepts begin; the beginning of everything
  /// when there are fewer.
  static Place find(List<Path> files, int lines, Predicate<Entry> wanted) throws IOException {
    int left = lines;
    var seen = new boolean[STREAMS];
    for (int i = files.size() - 1; i >= 0; i--) {
      try (var channel = FileChannel.open(files.get(i), StandardOpenOption.READ)) {
        long end = channel.size();
        if (left == 0) {
          return new Place(i, end);
        }
        var search = new Search(channel, left, wanted, seen);
        long offset = search.from(end);
        left = search.left;
        if (offset >= 0) {
          return new Place(i, offset);
        }
      } catch (NoSuchFileException _) {
        // rotated away
      }
    }
    return new Place(0, 0);
  }

  private static final class Search {
    private final FileChannel channel;
    private final Predicate<Entry> wanted;
    private int left;
    private byte[] pending =
        new byte[0]; // the part of a line whose beginning is in an earlier block

    private final boolean[] seen; // by stream: an entry of it stands further down

    Search(FileChannel channel, int left, Predicate<Entry> wanted, boolean[] seen) {
      this.seen = seen;
      this.channel = channel;
      this.left = left;
      this.wanted = wanted;
    }

    /// @return offset of the first line wanted; -1 when it is in an earlier file
    long from(long end) throws IOException {
      long start = end;
      while (start > 0) {
        int size = (int) Math.min(BLOCK_BYTES, start);
        start -= size;
        var block = new byte[size + pending.length];
        System.arraycopy(pending, 0, block, size, pending.length);
        readFully(ByteBuffer.wrap(block, 0, size), start);
        int stop = block.length;
        for (int i = size - 1; i >= 0; i--) {
          if (block[i] == '\n') {
            if (over(block, i + 1, stop)) {
              return start + Math.min(stop + 1, block.length);
            }
            stop = i;
          }
        }
        pending = java.util.Arrays.copyOf(block, stop);
      }
      return over(pending, 0, pending.length) ? Math.min(pending.length + 1, end) : -1;
    }

    private void readFully(ByteBuffer into, long position) throws IOException {
      long at = position;
      while (into.hasRemaining()) {
        int n = channel.read(into, at);
        if (n < 0) {
          return;
        }
        at += n;
      }
    }

    /// Whether a line of the container ends with this entry: with a line feed, or because nothing
    /// came after it.
    private boolean ends(Entry entry) {
      boolean last = !seen[entry.stream() - 1];
      seen[entry.stream() - 1] = true;
      return last || !entry.partial();
    }

    /// Counts the line; true when it is one more than wanted, so that the log begins behind it.
    private boolean over(byte[] block, int from, int to) {
      if (from >= to) {
        return false;
      }
      var line = java.util.Arrays.copyOfRange(block, from, to);
      boolean counts = Entry.parse(line, line.length).filter(wanted).filter(this::ends).isPresent();
      if (counts && left == 0) {
        return true;
      }
      if (counts) {
        left--;
      }
      return false;
    }
  }
}
