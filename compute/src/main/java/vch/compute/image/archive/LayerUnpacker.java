package vch.compute.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import vch.archive.BadArchiveException;
import vch.archive.TarReader;
import vch.compute.files.Trees;
import vch.compute.image.archive.LayerRoot.Place;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Utimensat;
import vch.portlayer.refusal.Refusal;

/// Unpacks one layer into a directory that overlayfs can use. A stranger made the layer, so: no
/// name and no link leads out of the directory, sizes and counts are bounded, extended attributes
/// that steer overlayfs or security modules are left out. For one layer and one thread.
public final class LayerUnpacker {
  private static final int S_IFIFO = 0x1000;
  private static final int S_IFCHR = 0x2000;
  private static final int S_IFBLK = 0x6000;
  private static final long ID_MAX = 0xffff_fffeL;
  private static final int COPY_BYTES = 128 * 1024;

  /// The free space of the disk is asked again after so many bytes.
  private static final long SPACE_CHECK_BYTES = 64L << 20;

  private final LayerRoot root;
  private final Rights rights;
  private final Limits limits;
  private final byte[] buffer = new byte[COPY_BYTES];
  private final Map<Path, Instant> directoryTimes =
      new LinkedHashMap<>(); // set last: filling a directory changes its time
  private long entries;
  private long files;
  private long bytes;
  private long bytesAtSpaceCheck;
  private boolean replaced;

  /// Prepares for one layer.
  ///
  /// @param root exists and is empty
  public LayerUnpacker(Path root, Rights rights, Limits limits) {
    this.root = new LayerRoot(root, rights);
    this.rights = rights;
    this.limits = limits;
  }

  /// How much was unpacked.
  ///
  /// @param bytes of file contents and targets of symbolic links
  /// @param files regular files written
  public record Unpacked(long bytes, long files) {}

  /// Reads the archive to its end marker.
  ///
  /// @param tar without compression
  /// @throws BadArchiveException what is wrong with the layer; the directory is to be thrown away
  public Unpacked unpack(InputStream tar) throws IOException {
    space();
    var archive = new TarReader(tar);
    for (var next = archive.next(); next.isPresent(); next = archive.next()) {
      var entry = next.get();
      if (++entries > limits.layerEntries()) {
        throw new BadArchiveException(
            "the layer has more than " + limits.layerEntries() + " entries");
      }
      try {
        entry(entry, archive);
      } catch (FileSystemException e) {
        var reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        throw new BadArchiveException(
            "entry \"" + entry.getName() + "\" cannot be unpacked: " + reason, e);
      }
      drain(archive);
    }
    for (var it : directoryTimes.entrySet()) {
      if (!replaced || root.holds(it.getKey())) { // a link may stand today where a directory was
        time(it.getKey(), it.getValue());
      }
    }
    return new Unpacked(bytes, files);
  }

  private void entry(TarArchiveEntry entry, TarReader in) throws IOException {
    if (entry.getName().indexOf('\0') >= 0 || entry.getLinkName().indexOf('\0') >= 0) {
      throw new BadArchiveException("an entry's name contains a zero byte");
    }
    var place = root.place(entry.getName());
    var name = place.name();
    if (name.equals(Whiteouts.OPAQUE)) {
      rights.attribute(place.directory(), Whiteouts.OPAQUE_ATTRIBUTE, Whiteouts.opaque());
      return;
    }
    if (name.startsWith(Whiteouts.META_PREFIX)
        || entry.getName().contains("/" + Whiteouts.META_PREFIX)
        || entry.getName().startsWith(Whiteouts.META_PREFIX)) {
      return; // book-keeping of aufs, in old images
    }
    if (name.startsWith(Whiteouts.PREFIX)) {
      whiteout(place, name.substring(Whiteouts.PREFIX.length()), entry.getName());
      return;
    }
    var path = place.path();
    if (name.isEmpty() && !entry.isDirectory()) {
      throw new BadArchiveException(
          "entry \"" + entry.getName() + "\" would replace the root directory");
    }
    boolean hidesBelow = !name.isEmpty() && clear(path, entry.isDirectory());
    make(entry, in, path);
    if (entry.isLink()) {
      return; // shares owner, mode and time with what it links to
    }
    metadata(entry, path, in.attributes());
    if (hidesBelow && entry.isDirectory()) {
      rights.attribute(path, Whiteouts.OPAQUE_ATTRIBUTE, Whiteouts.opaque());
    }
  }

  /// What this layer itself has under the name stays, whichever of the two comes first in the
  /// archive.
  private void whiteout(Place place, String gone, String entryName) throws IOException {
    if (gone.isEmpty() || gone.equals(".") || gone.equals("..")) {
      throw new BadArchiveException(
          "entry \"" + entryName + "\" removes nothing that could be named");
    }
    var path = place.directory().resolve(gone);
    var found = LayerRoot.attributes(path);
    if (found.isEmpty()) {
      rights.node(path, S_IFCHR, 0, 0);
    } else if (found.get().isDirectory()) {
      rights.attribute(path, Whiteouts.OPAQUE_ATTRIBUTE, Whiteouts.opaque());
    }
  }

  /// Takes away what stands where an entry is to be; a directory that stays a directory stays.
  ///
  /// @return whether a whiteout stood there
  private boolean clear(Path path, boolean directory) throws IOException {
    var found = LayerRoot.attributes(path);
    if (found.isEmpty() || (directory && found.get().isDirectory())) {
      return false;
    }
    boolean whiteout = found.get().isOther() && isWhiteout(path);
    Trees.remove(path);
    root.forget();
    replaced = true;
    return whiteout;
  }

  private static boolean isWhiteout(Path path) throws IOException {
    return Files.getAttribute(path, "unix:rdev", LinkOption.NOFOLLOW_LINKS) instanceof Long device
        && device == 0
        && Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
        && (mode & 0xf000) == S_IFCHR;
  }

  private void make(TarArchiveEntry entry, TarReader in, Path path) throws IOException {
    if (entry.isDirectory()) {
      if (LayerRoot.attributes(path).isEmpty()) {
        Files.createDirectory(path);
      }
    } else if (entry.isSymbolicLink()) {
      link(entry, path);
    } else if (entry.isLink()) {
      hardLink(entry, path);
    } else if (entry.isCharacterDevice() || entry.isBlockDevice()) {
      node(entry, path);
    } else if (entry.isFIFO()) {
      rights.node(path, S_IFIFO, 0, 0);
    } else if (entry.isFile() && (regular(entry) || entry.isSparse())) {
      file(entry, in, path);
    } else {
      throw new BadArchiveException(
          "entry \""
              + entry.getName()
              + "\" is of a kind that layers do not have (type "
              + (int) entry.getLinkFlag()
              + ")");
    }
  }

  private static boolean regular(TarArchiveEntry entry) {
    byte flag = entry.getLinkFlag();
    return flag == '0' || flag == 0 || flag == '7';
  }

  private void link(TarArchiveEntry entry, Path path) throws IOException {
    if (entry.getLinkName().isEmpty()) {
      throw new BadArchiveException(
          "entry \"" + entry.getName() + "\" is a symbolic link to nothing");
    }
    count(
        entry
            .getLinkName()
            .getBytes(StandardCharsets.UTF_8)
            .length); // as stat(2) tells its size, and Docker counts it
    try {
      Files.createSymbolicLink(path, path.getFileSystem().getPath(entry.getLinkName()));
    } catch (java.nio.file.InvalidPathException e) {
      throw new BadArchiveException(
          "the target of symbolic link \""
              + entry.getName()
              + "\" cannot be written on this machine",
          e);
    }
  }

  private void hardLink(TarArchiveEntry entry, Path path) throws IOException {
    root.forget();
    var target = root.place(entry.getLinkName()).path();
    var found = LayerRoot.attributes(target);
    if (found.isEmpty()
        || found.get().isDirectory()
        || (found.get().isOther() && isWhiteout(target))) {
      throw new BadArchiveException(
          "entry \""
              + entry.getName()
              + "\" is a hard link to \""
              + entry.getLinkName()
              + "\", which is no file of this layer");
    }
    Files.createLink(path, target);
  }

  private void node(TarArchiveEntry entry, Path path) throws IOException {
    int major = entry.getDevMajor();
    int minor = entry.getDevMinor();
    if (entry.isCharacterDevice() && major == 0 && minor == 0) {
      throw new BadArchiveException(
          "entry \""
              + entry.getName()
              + "\" is device 0:0, which only means something to overlayfs");
    }
    if (major < 0 || minor < 0) {
      throw new BadArchiveException(
          "entry \"" + entry.getName() + "\" has an impossible device number");
    }
    rights.node(path, entry.isCharacterDevice() ? S_IFCHR : S_IFBLK, major, minor);
  }

  private void file(TarArchiveEntry entry, TarReader in, Path path) throws IOException {
    files++;
    try (var out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count(n);
        var part = ByteBuffer.wrap(buffer, 0, n);
        if (entry.isSparse() && isZero(n)) {
          out.position(out.position() + n);
          continue;
        }
        while (part.hasRemaining()) {
          out.write(part);
        }
      }
      if (entry.isSparse() && out.size() < out.position()) {
        out.write(ByteBuffer.allocate(1), out.position() - 1);
      }
    }
  }

  private boolean isZero(int length) {
    for (int i = 0; i < length; i++) {
      if (buffer[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void count(long n) throws IOException {
    bytes += n;
    if (bytes > limits.layerBytes()) {
      throw new BadArchiveException(
          "the layer unpacks to more than " + limits.layerBytes() + " bytes");
    }
    if (bytes - bytesAtSpaceCheck > SPACE_CHECK_BYTES) {
      bytesAtSpaceCheck = bytes;
      space();
    }
  }

  private void space() throws IOException {
    long free = Files.getFileStore(root.path()).getUsableSpace();
    if (free < limits.freeBytes()) {
      throw new Refusal.Failed(
          "no space left on device: "
              + (free >> 20)
              + " MiB are free where images are kept, "
              + (limits.freeBytes() >> 20)
              + " MiB have to stay free");
    }
  }

  private void metadata(TarArchiveEntry entry, Path path, Map<String, byte[]> attributes)
      throws IOException {
    long uid = entry.getLongUserId();
    long gid = entry.getLongGroupId();
    if (uid < 0 || uid > ID_MAX || gid < 0 || gid > ID_MAX) {
      throw new BadArchiveException(
          "entry \""
              + entry.getName()
              + "\" belongs to "
              + uid
              + ":"
              + gid
              + ", which are no user and group numbers");
    }
    rights.owner(path, (int) uid, (int) gid);
    if (!entry.isSymbolicLink()) {
      rights.mode(path, entry.getMode() & 07777);
    }
    for (var it : attributes.entrySet()) { // after the owner: changing that drops capabilities
      if (wanted(it.getKey(), entry)) {
        rights.attribute(path, it.getKey(), it.getValue());
      }
    }
    var time = entry.getLastModifiedTime().toInstant();
    if (entry.isDirectory()) {
      directoryTimes.put(path, time);
    } else {
      time(path, time);
    }
  }

  /// `trusted.` steers overlayfs (a redirect would lead out of the layer), `security.` the
  /// machine's own policy, apart from capabilities.
  private static boolean wanted(String name, TarArchiveEntry entry) {
    if (name.startsWith("user.")) {
      return entry.isFile() || entry.isDirectory();
    }
    return !entry.isSymbolicLink()
        && (name.equals("security.capability") || name.startsWith("system.posix_acl_"));
  }

  /// By a call that opens nothing: opening waits at a FIFO for a writer, and does who knows what at
  /// a device.
  private static void time(Path path, Instant time) throws IOException {
    try {
      Utimensat.utimensat(path, time, time);
    } catch (KernelException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void drain(InputStream in) throws IOException {
    while (in.read(buffer) >= 0) {
      // what an entry that is not a file carries is of no use
    }
  }
}
