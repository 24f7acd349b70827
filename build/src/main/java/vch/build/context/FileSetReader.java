package vch.build.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import vch.archive.BadArchiveException;
import vch.archive.TarAttributes;
import vch.archive.TarReader;
import vch.build.context.Entry.Kind;
import vch.portlayer.refusal.Refusal;

/// Reads an archive into a [FileSet]. For one archive and one thread.
public final class FileSetReader implements AutoCloseable {
  private static final int COPY_BYTES = 128 * 1024;

  /// As PATH_MAX of linux/limits.h.
  private static final int NAME_CHARS_MAX = 4096;

  /// The free space of the disk is asked again after so many bytes.
  private static final long SPACE_CHECK_BYTES = 64L << 20;

  /// Names and values of all entries: they are kept in memory.
  private static final long ATTRIBUTES_BYTES_MAX = 16L << 20;

  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final Path spool;
  private final Bounds bounds;
  private final Workbench bench;
  private final FileChannel out;
  private final byte[] buffer = new byte[COPY_BYTES];
  private long bytes;
  private long bytesAtSpaceCheck;
  private long attributeBytes;
  private boolean done;

  private FileSetReader(Path spool, Bounds bounds, Workbench bench, FileChannel out) {
    this.spool = spool;
    this.bounds = bounds;
    this.bench = bench;
    this.out = out;
  }

  /// Reads one archive.
  ///
  /// @throws Refusal.Invalid what is wrong with it
  public static FileSet read(InputStream archive, Bounds bounds, Workbench bench)
      throws IOException {
    try (var reader = open(bounds, bench)) {
      reader.read(archive, n -> n);
      return reader.done();
    }
  }

  /// Begins a set. Its spool is gone when the set is closed, or the reader is and nothing was done.
  public static FileSetReader open(Bounds bounds, Workbench bench) throws IOException {
    var spool = bench.scratch().get();
    var out =
        FileChannel.open(
            spool,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new FileSetReader(spool, bounds, bench, out);
  }

  /// The set of what was read.
  public FileSet done() {
    done = true;
    return new FileSet(entries, spool, out);
  }

  @Override
  public void close() throws IOException {
    if (!done) {
      out.close();
      Files.deleteIfExists(spool);
    }
  }

  /// Whether ADD takes the file for an archive: a tar archive, plain or compressed, with an entry.
  public static boolean isArchive(InputStream file, Workbench bench) {
    try {
      var first = new TarReader(bench.decompression().of(file)).next();
      return first.isPresent() && first.get().isCheckSumOK();
    } catch (IOException | Refusal _) {
      return false;
    }
  }

  /// Reads an archive, plain or compressed, to its end.
  ///
  /// @param names what an entry's name becomes
  /// @throws Refusal.Invalid what is wrong with it
  public void read(InputStream archive, UnaryOperator<String> names) throws IOException {
    space();
    try {
      var plain = bench.decompression().of(archive);
      // Closing would close the caller's stream.
      @SuppressWarnings("resource")
      var tar = new TarReader(plain);
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        if (entries.size() >= bounds.entries()) {
          throw new Refusal.Invalid(
              "the build context has more than "
                  + bounds.entries()
                  + " entries; leave out what the build does not need with a .dockerignore file");
        }
        add(entry.get(), tar, names);
      }
      plain.transferTo(OutputStream.nullOutputStream());
      archive.transferTo(OutputStream.nullOutputStream()); // so that the client is done
    } catch (BadArchiveException e) {
      throw new Refusal.Invalid("Error processing tar file: " + e.getMessage());
    }
  }

  /// Adds a file that no archive has, for its owner alone.
  public void file(String name, Instant modified, InputStream content) throws IOException {
    space();
    long offset = bytes;
    var digest = content(content);
    entries.put(
        name,
        new Entry(
            name,
            Kind.FILE,
            0600,
            0,
            0,
            modified,
            "",
            bytes - offset,
            offset,
            digest,
            false,
            0,
            0,
            Map.of()));
  }

  private static List<String> parts(String name) {
    if (name.length() > NAME_CHARS_MAX || name.indexOf('\0') >= 0) {
      throw new Refusal.Invalid(
          "a name in the build context is longer than "
              + NAME_CHARS_MAX
              + " characters or contains a zero byte");
    }
    var parts = new ArrayList<String>();
    for (var part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          throw new Refusal.Invalid("entry \"" + name + "\" of the build context leads out of it");
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private void add(TarArchiveEntry entry, TarReader in, UnaryOperator<String> names)
      throws IOException {
    var parts = parts(names.apply(entry.getName()));
    if (parts.isEmpty()) {
      return;
    }
    var path = String.join("/", parts);
    parents(parts, path);
    if (!entry.isDirectory()) {
      entries.subMap(path + "/", path + "0").clear(); // the later one counts
    }
    if (entry.isLink()) {
      hardLink(entry.getLinkName(), names.apply(entry.getLinkName()), path);
      return;
    }
    long offset = bytes;
    var digest = "";
    var kind = kind(entry);
    if (kind == Kind.FILE) {
      digest = content(in);
    }
    entries.put(
        path,
        new Entry(
            path,
            kind,
            entry.getMode() & 07777,
            entry.getLongUserId(),
            entry.getLongGroupId(),
            entry.getLastModifiedTime().toInstant(),
            kind == Kind.LINK ? entry.getLinkName() : "",
            kind == Kind.FILE ? bytes - offset : 0,
            offset,
            digest,
            false,
            entry.getDevMajor(),
            entry.getDevMinor(),
            kind == Kind.FILE || kind == Kind.DIRECTORY ? attributes(in) : Map.of()));
  }

  private Map<String, String> attributes(TarReader in) {
    var out = new TreeMap<String, String>();
    in.attributes()
        .forEach(
            (name, value) -> {
              if (TarAttributes.travels(name)) {
                attributeBytes += name.length() + value.length;
                out.put(name, new String(value, StandardCharsets.ISO_8859_1));
              }
            });
    if (attributeBytes > ATTRIBUTES_BYTES_MAX) {
      throw new Refusal.Invalid(
          "the extended attributes in the build context take more than "
              + ATTRIBUTES_BYTES_MAX
              + " bytes");
    }
    return out;
  }

  /// What lies between the root and a new entry becomes directories.
  private void parents(List<String> parts, String path) {
    for (int i = 1; i < parts.size(); i++) {
      var parent = String.join("/", parts.subList(0, i));
      var found = entries.get(parent);
      if (found == null) {
        entries.put(parent, Entry.directory(parent));
      } else if (!found.isDirectory()) {
        throw new Refusal.Invalid(
            "entry \""
                + path
                + "\" of the build context lies below \""
                + parent
                + "\", which is no directory");
      }
    }
  }

  private void hardLink(String written, String linked, String path) {
    var target = String.join("/", parts(linked));
    var found = entries.get(target);
    if (found == null || found.kind() != Kind.FILE) {
      throw new Refusal.Invalid(
          "entry \""
              + path
              + "\" of the build context is a hard link to \""
              + written
              + "\", which is no file of it");
    }
    for (var name : List.of(target, path)) {
      entries.put(
          name,
          new Entry(
              name,
              Kind.FILE,
              found.mode(),
              found.uid(),
              found.gid(),
              found.modified(),
              "",
              found.size(),
              found.offset(),
              found.digest(),
              true,
              0,
              0,
              found.attributes()));
    }
  }

  private static Kind kind(TarArchiveEntry entry) {
    if (entry.isDirectory()) {
      return Kind.DIRECTORY;
    }
    if (entry.isSymbolicLink()) {
      return Kind.LINK;
    }
    if (entry.isFIFO()) {
      return Kind.FIFO;
    }
    if (entry.isBlockDevice()) {
      return Kind.BLOCKS;
    }
    return entry.isCharacterDevice() ? Kind.CHARACTERS : Kind.FILE;
  }

  private String content(InputStream in) throws IOException {
    try (var hasher = bench.hashers().get()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, n);
        for (var part = ByteBuffer.wrap(buffer, 0, n); part.hasRemaining(); ) {
          out.write(part);
        }
        bytes += n;
        if (bytes > bounds.bytes()) {
          throw new Refusal.Invalid(
              "the build context is larger than " + bounds.bytes() + " bytes");
        }
        if (bytes - bytesAtSpaceCheck > SPACE_CHECK_BYTES) {
          bytesAtSpaceCheck = bytes;
          space();
        }
      }
      return hasher.hex();
    }
  }

  private void space() throws IOException {
    long free = Files.getFileStore(spool).getUsableSpace();
    if (free < bounds.freeBytes()) {
      throw new Refusal.Failed(
          "no space left on device: "
              + (free >> 20)
              + " MiB are free where build contexts are kept, "
              + (bounds.freeBytes() >> 20)
              + " MiB have to stay free");
    }
  }
}
