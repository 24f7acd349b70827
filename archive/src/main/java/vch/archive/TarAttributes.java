package vch.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// The extended attributes that go along with files: capabilities and those of users. In archives
/// they are records of a pax header (pax(1), "pax Header Block"), whose values may be any bytes.
public final class TarAttributes {
  static final String PREFIX = "SCHILY.xattr.";
  private static final String CAPABILITY = "security.capability";

  private TarAttributes() {}

  /// `trusted.` steers overlayfs, and the rest of `security.` is the machine's own policy.
  public static boolean travels(String name) {
    return name.equals(CAPABILITY) || name.startsWith("user.");
  }

  /// Puts an entry with its extended attributes. An entry has one pax header only, so what the
  /// library would write one for, names and numbers that its own header has no room for, goes into
  /// ours.
  ///
  /// @param out set to write long names and large numbers as pax(1) has them
  /// @param entry not put yet; what went into the pax header is changed in it
  /// @param attributes by name
  public static void put(
      TarArchiveOutputStream out, TarArchiveEntry entry, Map<String, byte[]> attributes)
      throws IOException {
    if (attributes.isEmpty()) {
      out.putArchiveEntry(entry);
      return;
    }
    var body = new ByteArrayOutputStream();
    attributes.forEach((attribute, value) -> record(body, PREFIX + attribute, value));
    text(entry.getName()).ifPresent(name -> record(body, "path", name));
    text(entry.getLinkName()).ifPresent(target -> record(body, "linkpath", target));
    number(body, "size", entry.getSize(), TarConstants.MAXSIZE);
    number(body, "uid", entry.getLongUserId(), TarConstants.MAXID);
    number(body, "gid", entry.getLongGroupId(), TarConstants.MAXID);
    var time = entry.getLastModifiedTime().toInstant();
    record(body, "mtime", ascii(seconds(time)));
    header(out, body.toByteArray());
    text(entry.getName())
        .ifPresent(_ -> entry.setName(entry.isDirectory() ? "directory/" : "file"));
    text(entry.getLinkName()).ifPresent(_ -> entry.setLinkName("link"));
    entry.setLastModifiedTime(FileTime.from(time.truncatedTo(ChronoUnit.SECONDS)));
    // Numbers without room are written in base 256 this once, instead of a second pax header.
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    try {
      out.putArchiveEntry(entry);
    } finally {
      out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }
  }

  private static void header(TarArchiveOutputStream out, byte[] records) throws IOException {
    var header =
        new TarArchiveEntry("./PaxHeaders/attributes", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
    header.setSize(records.length);
    header.setLastModifiedTime(FileTime.from(Instant.EPOCH));
    out.putArchiveEntry(header);
    out.write(records);
    out.closeArchiveEntry();
  }

  /// A name that has no room in the header of its entry.
  private static Optional<byte[]> text(String name) {
    var bytes = name.getBytes(StandardCharsets.UTF_8);
    boolean room = bytes.length < TarConstants.NAMELEN && bytes.length == name.length();
    return room ? Optional.empty() : Optional.of(bytes);
  }

  private static void number(ByteArrayOutputStream out, String keyword, long value, long max) {
    if (value > max) {
      record(out, keyword, ascii(Long.toString(value)));
    }
  }

  private static String seconds(Instant time) {
    return BigDecimal.valueOf(time.getEpochSecond())
        .add(BigDecimal.valueOf(time.getNano(), 9))
        .toPlainString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// `length name=value\n`; the length counts its own digits.
  private static void record(ByteArrayOutputStream out, String name, byte[] value) {
    var head = (" " + name + "=").getBytes(StandardCharsets.UTF_8);
    int rest = head.length + value.length + 1;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(head);
    out.writeBytes(value);
    out.write('\n');
  }
}
