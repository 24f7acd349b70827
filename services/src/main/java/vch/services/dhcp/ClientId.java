package vch.services.dhcp;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import vch.portlayer.container.EndpointId;

/// By what a server knows an endpoint (option 61): type 255 of RFC 4361, with a DUID that is a UUID
/// (RFC 6355). Made of the endpoint's id alone, so it stays the same for as long as the endpoint
/// is, whatever its Ethernet address, link and namespace are.
final class ClientId {
  private static final byte NODE_SPECIFIC = (byte) 255;
  private static final short DUID_UUID = 4;
  private static final int UUID_BYTES = 16;
  private static final int IAID_BYTES = 4;

  private ClientId() {}

  /// From the type byte on.
  static byte[] of(EndpointId id) {
    var chance = HexFormat.of().parseHex(id.value());
    return ByteBuffer.allocate(1 + IAID_BYTES + 2 + UUID_BYTES)
        .put(NODE_SPECIFIC)
        .put(chance, UUID_BYTES, IAID_BYTES)
        .putShort(DUID_UUID)
        .put(chance, 0, UUID_BYTES)
        .array();
  }
}
