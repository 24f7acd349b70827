package vch.build.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import vch.build.context.Entry.Kind;
import vch.portlayer.refusal.Refusal;

/// The files of an archive: names and what is known of them in memory, contents in one spool file.
/// Nothing is ever unpacked, so no name and no link of the archive leads anywhere but to another
/// entry of it. For one thread.
public final class FileSet implements AutoCloseable {
  /// As MAXSYMLINKS of the kernel.
  private static final int LINKS_MAX = 40;

  private final NavigableMap<String, Entry> entries;
  private final Path spool;
  private final FileChannel contents;

  FileSet(NavigableMap<String, Entry> entries, Path spool, FileChannel contents) {
    this.entries = entries;
    this.spool = spool;
    this.contents = contents;
  }

  /// What stands at a path, symbolic links followed, also a last one; empty where nothing does, or
  /// the way leads out.
  public Optional<Entry> find(String path) {
    var todo = new ArrayDeque<>(List.of(path.split("/", -1)));
    var at = new ArrayList<String>();
    int links = 0;
    while (!todo.isEmpty()) {
      var part = todo.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (!at.isEmpty()) {
          at.removeLast(); // above the root is the root, as within a container
        }
        continue;
      }
      at.add(part);
      var found = entries.get(String.join("/", at));
      if (found == null) {
        return Optional.empty();
      }
      if (found.kind() == Kind.LINK) {
        if (++links > LINKS_MAX) {
          return Optional.empty();
        }
        at.removeLast();
        if (found.link().startsWith("/")) {
          at.clear();
        }
        for (var step : List.of(found.link().split("/", -1)).reversed()) {
          todo.addFirst(step);
        }
      }
    }
    return at.isEmpty()
        ? Optional.of(Entry.directory(""))
        : Optional.ofNullable(entries.get(String.join("/", at)));
  }

  /// Everything below a directory, in the order of names; a directory comes before what is in it.
  public Collection<Entry> below(Entry directory) {
    return directory.path().isEmpty()
        ? entries.values()
        : entries.subMap(directory.path() + "/", directory.path() + "0").values();
  }

  /// All entries, in the order of names.
  public Collection<Entry> all() {
    return entries.values();
  }

  public void remove(String path) {
    entries.remove(path);
  }

  /// A digest of what a copy of the entry would be, hex.
  public String digest(Entry entry) {
    if (!entry.isDirectory()) {
      return Hash.of(List.of(entry.identity("")));
    }
    int prefix = entry.path().isEmpty() ? 0 : entry.path().length() + 1;
    return Hash.of(below(entry).stream().map(e -> e.identity(e.path().substring(prefix))).toList());
  }

  /// The content of a file.
  public InputStream open(Entry file) {
    return new Part(file.offset(), file.size());
  }

  /// The whole content of a small file.
  ///
  /// @throws Refusal.Invalid it is larger than `bytesMax`
  public byte[] bytes(Entry file, int bytesMax) throws IOException {
    if (file.size() > bytesMax) {
      throw new Refusal.Invalid(
          file.path() + " of the build context is larger than " + bytesMax + " bytes");
    }
    try (var in = open(file)) {
      return in.readAllBytes();
    }
  }

  private final class Part extends InputStream {
    private long at;
    private final long end;

    Part(long at, long size) {
      this.at = at;
      this.end = at + size;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (at >= end) {
        return -1;
      }
      int n = contents.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, end - at)), at);
      if (n <= 0) {
        throw new IOException("the spooled build context ends too early");
      }
      at += n;
      return n;
    }
  }

  /// Removes the spool.
  @Override
  public void close() throws IOException {
    contents.close();
    Files.deleteIfExists(spool);
  }
}
