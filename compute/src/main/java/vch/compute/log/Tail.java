package vch.compute.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
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
  ///
  /// @throws java.nio.file.NoSuchFileException one of the files has another name by now
  static Place find(List<LogFile> files, int lines, Predicate<Entry> wanted) throws IOException {
    int left = lines;
    var seen = new boolean[STREAMS];
    for (int i = files.size() - 1; i >= 0; i--) {
      var file = files.get(i);
      if (file.compressed()) {
        var count = Count.of(file, wanted, seen);
        if (count.lines > left) {
          return new Place(i, count.behind(file, wanted, count.lines - left));
        }
        left -= (int) count.lines;
        continue;
      }
      try (var channel = file.open()) {
        var search = new Search(channel, left, wanted, seen);
        long offset = search.from(channel.size());
        left = search.left;
        if (offset >= 0) {
          return new Place(i, offset);
        }
      }
    }
    return new Place(0, 0);
  }

  /// The lines of a compressed file, which is only read forwards: once to count them, and once more
  /// to the place that is wanted.
  private static final class Count {
    private long lines;
    private final long[] last = new long[STREAMS]; // by stream: which entry is its last, from 1
    private final boolean[] cut =
        new boolean[STREAMS]; // that one ends its line without a line feed

    /// @param seen by stream: an entry of it is in a younger file; brought up to date
    static Count of(LogFile file, Predicate<Entry> wanted, boolean[] seen) throws IOException {
      var count = new Count();
      try (var text = GrowingFile.open(file, 0)) {
        long number = 0;
        for (var line = text.line(); line.isPresent(); line = text.line()) {
          var entry = entry(line.get(), wanted);
          if (entry.isPresent()) {
            int stream = entry.get().stream() - 1;
            count.last[stream] = ++number;
            count.cut[stream] = entry.get().partial();
            count.lines += entry.get().partial() ? 0 : 1;
          }
        }
      }
      for (int stream = 0; stream < STREAMS; stream++) {
        count.cut[stream] &= !seen[stream];
        count.lines += count.cut[stream] ? 1 : 0;
        seen[stream] |= count.last[stream] > 0;
      }
      return count;
    }

    /// Offset behind the first `skipped` lines.
    long behind(LogFile file, Predicate<Entry> wanted, long skipped) throws IOException {
      long offset = 0;
      try (var text = GrowingFile.open(file, 0)) {
        long number = 0;
        long left = skipped;
        for (var line = text.line(); line.isPresent() && left > 0; line = text.line()) {
          offset += line.get().length + 1L;
          var entry = entry(line.get(), wanted);
          if (entry.isPresent()) {
            number++;
            int stream = entry.get().stream() - 1;
            boolean ends = !entry.get().partial() || (cut[stream] && number == last[stream]);
            left -= ends ? 1 : 0;
          }
        }
      }
      return offset;
    }

    private static Optional<Entry> entry(byte[] line, Predicate<Entry> wanted) {
      return Entry.parse(line, line.length).filter(wanted);
    }
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
