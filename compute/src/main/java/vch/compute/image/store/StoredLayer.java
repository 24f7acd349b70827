package vch.compute.image.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vch.compute.image.Digest;
import vch.compute.image.Json;

/// A layer of the store.
///
/// @param diffId digest of the tar stream without compression
/// @param blob digest of the file as it came, compressed or not
/// @param blobBytes size of that file
/// @param tarBytes size of the tar stream without compression
/// @param unpackedBytes of file contents
public record StoredLayer(
    Digest diffId, Digest blob, long blobBytes, long tarBytes, long unpackedBytes) {
  private static final int RECORD_BYTES_MAX = 64 * 1024;

  byte[] json() {
    return Json.bytes(
        Json.newObject()
            .put("diffId", diffId.toString())
            .put("blob", blob.toString())
            .put("blobBytes", blobBytes)
            .put("tarBytes", tarBytes)
            .put("unpackedBytes", unpackedBytes));
  }

  static StoredLayer read(Path file) throws IOException {
    if (Files.size(file) > RECORD_BYTES_MAX) {
      throw new IOException(file + " is larger than any layer record");
    }
    var json = Json.object(Files.readAllBytes(file), file.toString());
    var diffId = Digest.tryParse(Json.textOrEmpty(json, "diffId"));
    var blob = Digest.tryParse(Json.textOrEmpty(json, "blob"));
    if (diffId.isEmpty() || blob.isEmpty()) {
      throw new IOException(file + " is not a layer record");
    }
    return new StoredLayer(
        diffId.get(),
        blob.get(),
        Json.number(json, "blobBytes", 0),
        Json.number(json, "tarBytes", 0),
        Json.number(json, "unpackedBytes", 0));
  }
}
