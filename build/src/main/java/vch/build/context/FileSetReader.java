package vch.build.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import vch.build.context.Entry.Kind;
import vch.engine.compute.Hasher;
import vch.portlayer.refusal.Refusal;

/// Reads an archive into a [FileSet]. For one archive and one thread.
public final class FileSetReader implements AutoCloseable {
  private static final int COPY_BYTES = 128 * 1024;

  /// As PATH_MAX of linux/limits.h.
  private static final int NAME_CHARS_MAX = 4096;

  /// The free space of the disk is asked again after so many bytes.
  private static final long SPACE_CHECK_BYTES = 64L << 20;

  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final Path spool;
  private final Bounds bounds;
  private final Supplier<Hasher> hashers;
  private final FileChannel out;
  private final byte[] buffer = new byte[COPY_BYTES];
  private long bytes;
  private long bytesAtSpaceCheck;
  private boolean done;

  private FileSetReader(Path spool, Bounds bounds, Supplier<Hasher> hashers, FileChannel out) {
    this.spool = spool;
    this.bounds = bounds;
    this.hashers = hashers;
    this.out = out;
  }

  /// Reads one archive.
  ///
  /// @param spool a new file; gone when the set is closed, or this fails
  /// @throws Refusal.Invalid what is wrong with it
  public static FileSet read(
      InputStream archive, Path spool, Bounds bounds, Supplier<Hasher> hashers) throws IOException {
    try (var reader = open(spool, bounds, hashers)) {
      reader.read(archive, n -> n);
      return reader.done();
    }
  }

  /// Begins a set.
  ///
  /// @param spool a new file; gone when the set is closed, or the reader is and nothing was done
  /// @param hashers one for each file
  public static FileSetReader open(Path spool, Bounds bounds, Supplier<Hasher> hashers)
      throws IOException {
    var out =
        FileChannel.open(
            spool,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new FileSetReader(spool, bounds, hashers, out);
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
  public static boolean isArchive(InputStream file) {
    try (var tar = new TarArchiveInputStream(Decompression.open(file), "UTF-8")) {
      var first = tar.getNextEntry();
      return first != null && first.isCheckSumOK();
    } catch (IOException | IllegalArgumentException | Refusal _) {
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
      var plain = new Damageable(Decompression.open(new Damageable(archive)));
      // Closing would close the caller's stream.
      @SuppressWarnings("resource")
      var tar = new TarArchiveInputStream(plain, "UTF-8");
      for (var entry = next(tar); entry.isPresent(); entry = next(tar)) {
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
    } catch (Damageable.Damaged e) {
      throw new Refusal.Invalid("Error processing tar file: " + e.getMessage());
    } catch (IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException
        | NegativeArraySizeException e) {
      throw new Refusal.Invalid(
          "Error processing tar file: it is no tar archive that can be read: " + e.getMessage());
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
            0));
  }

  private static Optional<TarArchiveEntry> next(TarArchiveInputStream tar) throws IOException {
    try {
      return Optional.ofNullable(tar.getNextEntry());
    } catch (IOException e) {
      throw new Damageable.Damaged(e);
    }
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

  private void add(TarArchiveEntry entry, TarArchiveInputStream in, UnaryOperator<String> names)
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
            entry.getDevMinor()));
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
              0));
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
    try (var hasher = hashers.get()) {
      for (int n = read(in); n >= 0; n = read(in)) {
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

  private int read(InputStream in) throws IOException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new Damageable.Damaged(e);
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
