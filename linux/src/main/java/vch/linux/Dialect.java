package vch.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.kernel.packet.PacketFilter;
import vch.kernel.packet.PacketSocket;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// How neighbours speak about the addresses of a family.
enum Dialect {
  /// RFC 826 and RFC 5227.
  ARP {
    @Override
    byte[] probe(Mac self, Ip address) {
      return ArpPacket.probe(self, address).broadcast();
    }

    @Override
    byte[] announcement(Mac self, Ip address) {
      return ArpPacket.announcement(self, address).broadcast();
    }

    @Override
    Optional<? extends Claim> parse(byte[] frame) {
      return ArpPacket.parse(frame);
    }

    @Override
    int bytesMax() {
      return ArpPacket.BYTES;
    }

    @Override
    PacketSocket open(int link, Optional<Ip> address) {
      return PacketSocket.open(link, PacketSocket.ETH_P_ARP);
    }
  },

  /// RFC 4861 and RFC 4862.
  NEIGHBOUR_DISCOVERY {
    @Override
    byte[] probe(Mac self, Ip address) {
      return NeighbourMessage.probe(self, address).frame();
    }

    @Override
    byte[] announcement(Mac self, Ip address) {
      return NeighbourMessage.announcement(self, address).frame();
    }

    @Override
    Optional<? extends Claim> parse(byte[] frame) {
      return NeighbourMessage.parse(frame);
    }

    @Override
    int bytesMax() {
      return NeighbourMessage.BYTES_MAX;
    }

    @Override
    PacketSocket open(int link, Optional<Ip> address) {
      var groups = new ArrayList<byte[]>();
      groups.add(NeighbourMessage.ALL_NODES_MAC.bytes());
      address.ifPresent(a -> groups.add(NeighbourMessage.askedAt(a).bytes()));
      return PacketSocket.open(
          link, PacketSocket.ETH_P_IPV6, PacketFilter.NEIGHBOUR_DISCOVERY, List.copyOf(groups));
    }
  };

  static Dialect of(Family family) {
    return switch (family) {
      case IPV4 -> ARP;
      case IPV6 -> NEIGHBOUR_DISCOVERY;
    };
  }

  /// The frame that asks everybody for the address without saying that anybody has it.
  abstract byte[] probe(Mac self, Ip address);

  /// The frame that tells everybody where the address is.
  abstract byte[] announcement(Mac self, Ip address);

  /// Empty for what is malformed, or about something else.
  abstract Optional<? extends Claim> parse(byte[] frame);

  /// What is read of a frame.
  abstract int bytesMax();

  /// A socket that hears it on a link, in the namespace of the calling thread.
  ///
  /// @param address what is asked for; then who else asks for it is heard, too
  abstract PacketSocket open(int link, Optional<Ip> address);
}
