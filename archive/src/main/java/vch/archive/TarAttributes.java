package vch.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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

  /// Writes an entry's extended attributes before it; without any, nothing. An entry has one
  /// extended header only, so what the library would write one for goes into ours, and out of the
  /// entry.
  ///
  /// @param entry a file or directory, not put yet
  /// @param attributes by name
  public static void write(
      TarArchiveOutputStream out, TarArchiveEntry entry, Map<String, byte[]> attributes)
      throws IOException {
    if (attributes.isEmpty()) {
      return;
    }
    var name = entry.getName();
    var time = entry.getLastModifiedTime().toInstant();
    var records = new LinkedHashMap<String, byte[]>();
    attributes.forEach((attribute, value) -> records.put(PREFIX + attribute, value));
    records.put("path", name.getBytes(StandardCharsets.UTF_8));
    records.put(
        "mtime",
        String.format(Locale.ROOT, "%d.%09d", time.getEpochSecond(), time.getNano())
            .getBytes(StandardCharsets.US_ASCII));
    var body = new ByteArrayOutputStream();
    records.forEach((keyword, value) -> record(body, keyword, value));
    var header =
        new TarArchiveEntry("./PaxHeaders/attributes", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
    header.setSize(body.size());
    header.setLastModifiedTime(FileTime.from(Instant.EPOCH));
    out.putArchiveEntry(header);
    out.write(body.toByteArray());
    out.closeArchiveEntry();
    entry.setName(name.endsWith("/") ? "directory/" : "file");
    entry.setLastModifiedTime(FileTime.from(time.truncatedTo(ChronoUnit.SECONDS)));
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
