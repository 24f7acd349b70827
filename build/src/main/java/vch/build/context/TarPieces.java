package vch.build.context;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import vch.archive.TarAttributes;

/// A tar archive that comes into being while it is read, so that nothing of any size is held. For
/// one thread.
public final class TarPieces extends InputStream {
  private static final int RECORD_BYTES = 512;

  private final Iterator<Piece> pieces;
  private final Map<Long, String> written = new HashMap<>(); // spool offset to first name
  private InputStream current = InputStream.nullInputStream();
  private boolean ended;

  /// An entry to be written.
  ///
  /// @param as its name in the archive
  /// @param from where the content of a file is
  /// @param owner empty: its own
  public record Piece(String as, Entry entry, Optional<FileSet> from, Optional<Owner> owner) {}

  /// Numbers of a user and a group.
  public record Owner(long uid, long gid) {}

  public TarPieces(Iterator<Piece> pieces) {
    this.pieces = pieces;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = current.read(bytes, offset, length);
    while (n < 0 && !ended) {
      if (pieces.hasNext()) {
        current = open(pieces.next());
      } else {
        ended = true;
        current = new ByteArrayInputStream(new byte[2 * RECORD_BYTES]);
      }
      n = current.read(bytes, offset, length);
    }
    return n;
  }

  private InputStream open(Piece piece) throws IOException {
    var entry = piece.entry();
    var first = entry.shared() ? written.putIfAbsent(entry.offset(), piece.as()) : null;
    boolean content = entry.kind() == Entry.Kind.FILE && first == null && piece.from().isPresent();
    var header =
        new TarArchiveEntry(
            entry.isDirectory() ? piece.as() + "/" : piece.as(),
            first != null ? TarConstants.LF_LINK : flag(entry.kind()));
    header.setLinkName(first != null ? first : entry.link());
    header.setMode(entry.mode());
    header.setUserId(piece.owner().map(Owner::uid).orElse(entry.uid()));
    header.setGroupId(piece.owner().map(Owner::gid).orElse(entry.gid()));
    header.setUserName("");
    header.setGroupName("");
    header.setLastModifiedTime(FileTime.from(entry.modified()));
    header.setSize(content ? entry.size() : 0);
    header.setDevMajor(entry.deviceMajor());
    header.setDevMinor(entry.deviceMinor());
    var head =
        new ByteArrayInputStream(bytes(header, first == null ? entry.rawAttributes() : Map.of()));
    if (!content) {
      return head;
    }
    int padding = (int) (-entry.size() & (RECORD_BYTES - 1));
    return new java.io.SequenceInputStream(
        head,
        new java.io.SequenceInputStream(
            piece.from().get().open(entry), new ByteArrayInputStream(new byte[padding])));
  }

  private static byte flag(Entry.Kind kind) {
    return switch (kind) {
      case FILE -> TarConstants.LF_NORMAL;
      case DIRECTORY -> TarConstants.LF_DIR;
      case LINK -> TarConstants.LF_SYMLINK;
      case FIFO -> TarConstants.LF_FIFO;
      case CHARACTERS -> TarConstants.LF_CHR;
      case BLOCKS -> TarConstants.LF_BLK;
    };
  }

  /// The records of a header, with those for long names, large numbers and extended attributes.
  @SuppressWarnings("resource") // never finished: only the beginning of the archive is wanted
  private static byte[] bytes(TarArchiveEntry header, Map<String, byte[]> attributes)
      throws IOException {
    var out = new ByteArrayOutputStream();
    var tar = new TarArchiveOutputStream(out, RECORD_BYTES, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    TarAttributes.put(tar, header, attributes);
    return out.toByteArray();
  }
}
