package vch.compute.log;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/// One file of a log, plain or compressed.
///
/// @param key which file it is, whatever its name is by now
record LogFile(Path path, String key) {
  /// What the name of a compressed file ends with.
  static final String COMPRESSED = ".gz";

  /// @throws java.nio.file.NoSuchFileException it has another name by now, or is gone
  static LogFile at(Path path) throws IOException {
    var key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return new LogFile(path, Objects.requireNonNullElse(key, path).toString());
  }

  boolean compressed() {
    return path.toString().endsWith(COMPRESSED);
  }

  /// True for the file of this key, and for what the file of this key was compressed to.
  boolean holds(String read) throws IOException {
    return key.equals(read) || (compressed() && compressedFrom().equals(read));
  }

  /// Kept in the header, as the name that compressed files have there.
  private String compressedFrom() throws IOException {
    try (var in = new GzipCompressorInputStream(Files.newInputStream(path))) {
      return Objects.requireNonNullElse(in.getMetaData().getFileName(), "");
    }
  }

  /// The text from `offset` on, in bytes of the text. The channel must outlive the stream, and
  /// closing it ends a read that waits.
  InputStream text(FileChannel channel, long offset) throws IOException {
    if (!compressed()) {
      channel.position(offset);
      return Channels.newInputStream(channel);
    }
    var text = new EndingInflater(Channels.newInputStream(channel));
    text.skipNBytes(offset);
    return text;
  }

  /// Stays at its end once it is there, and gives back the memory outside the heap at once.
  private static final class EndingInflater extends FilterInputStream {
    private boolean ended;

    EndingInflater(InputStream compressed) throws IOException {
      super(new GZIPInputStream(compressed, 1 << 14));
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int n = ended ? -1 : super.read(into, from, length);
      if (n < 0 && !ended) {
        ended = true;
        close();
      }
      return n;
    }
  }

  /// Where the compressed form is written to.
  GzipCompressorOutputStream compressor(OutputStream out) throws IOException {
    var parameters = new GzipParameters();
    parameters.setFileName(key);
    return new GzipCompressorOutputStream(out, parameters);
  }

  FileChannel open() throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ);
  }
}
