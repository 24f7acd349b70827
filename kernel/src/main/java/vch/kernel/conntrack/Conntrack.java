package vch.kernel.conntrack;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Predicate;
import vch.kernel.libc.Errno;
import vch.kernel.netlink.Attributes;
import vch.kernel.netlink.Message;
import vch.kernel.netlink.NetlinkSocket;
import vch.kernel.netlink.Reply;

/// The table of tracked connections of the namespace that it was opened in. Numbers of
/// linux/netfilter/nfnetlink_conntrack.h. Safe for all threads.
public final class Conntrack implements AutoCloseable {
  private static final int SUBSYSTEM = 1;
  private static final int NEW = SUBSYSTEM << 8;
  private static final int GET = SUBSYSTEM << 8 | 1;
  private static final int DELETE = SUBSYSTEM << 8 | 2;
  private static final int NFGENMSG_BYTES = 4;
  private static final int CTA_TUPLE_ORIG = 1;
  private static final int CTA_TUPLE_REPLY = 2;
  private static final int CTA_ID = 12;
  private static final int CTA_ZONE = 18;
  private static final int CTA_TUPLE_IP = 1;
  private static final int CTA_TUPLE_PROTO = 2;
  private static final int CTA_IP_V4_SRC = 1;
  private static final int CTA_IP_V4_DST = 2;
  private static final int CTA_IP_V6_SRC = 3;
  private static final int CTA_IP_V6_DST = 4;
  private static final int CTA_PROTO_NUM = 1;
  private static final int CTA_PROTO_SRC_PORT = 2;
  private static final int CTA_PROTO_DST_PORT = 3;
  private static final int NLA_F_NESTED = 0x8000;

  private final NetlinkSocket socket;

  private Conntrack(NetlinkSocket socket) {
    this.socket = socket;
  }

  /// In the namespace of the calling thread.
  public static Conntrack open() {
    return new Conntrack(NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER));
  }

  /// Who has opened a connection to what, and who answers: another where the destination is
  /// translated.
  ///
  /// @param protocol IANA number
  /// @param port 0 where the protocol has none
  public record Flow(
      int protocol,
      InetAddress client,
      InetAddress destination,
      int port,
      InetAddress server,
      int serverPort) {
    public boolean translated() {
      return port != serverPort || !destination.equals(server);
    }
  }

  /// Removes entries, so that the next packet is translated by the rules of now.
  ///
  /// @return how many
  public int forget(Predicate<Flow> which) {
    var requests = new ArrayList<Message>();
    for (var reply : socket.dump(new Message(GET, 0).u8(0).u8(0).be16(0))) {
      if (reply.type() == NEW && flow(reply).filter(which).isPresent()) {
        requests.add(delete(reply));
      }
    }
    int gone = 0;
    for (var ack : socket.batch(requests)) {
      if (!ack.is(Errno.ENOENT)) { // it has ended meanwhile
        ack.check("delete", "connection tracking entry");
        gone++;
      }
    }
    return gone;
  }

  private static Optional<Flow> flow(Reply reply) {
    var first = reply.attributes(NFGENMSG_BYTES).nested(CTA_TUPLE_ORIG);
    var back = reply.attributes(NFGENMSG_BYTES).nested(CTA_TUPLE_REPLY);
    var protocol = first.nested(CTA_TUPLE_PROTO);
    var client = address(first, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
    var destination = address(first, CTA_IP_V4_DST, CTA_IP_V6_DST);
    var server = address(back, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
    if (client.isEmpty() || destination.isEmpty() || server.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Flow(
            protocol.u8(CTA_PROTO_NUM).orElse(0),
            client.get(),
            destination.get(),
            protocol.be16(CTA_PROTO_DST_PORT).orElse(0),
            server.get(),
            back.nested(CTA_TUPLE_PROTO).be16(CTA_PROTO_SRC_PORT).orElse(0)));
  }

  private static Optional<InetAddress> address(Attributes tuple, int ipv4, int ipv6) {
    var ip = tuple.nested(CTA_TUPLE_IP);
    return ip.bytes(ipv4)
        .or(() -> ip.bytes(ipv6))
        .map(
            address -> {
              try {
                return InetAddress.getByAddress(address);
              } catch (UnknownHostException e) {
                throw new IllegalArgumentException(
                    "the kernel sent an address of " + address.length + " bytes", e);
              }
            });
  }

  /// Names the entry by its tuple, and by its id lest another with the same tuple has taken its
  /// place.
  private static Message delete(Reply entry) {
    Attributes a = entry.attributes(NFGENMSG_BYTES);
    var message = new Message(DELETE, 0).u8(entry.body().get(0)).u8(0).be16(0);
    a.bytes(CTA_TUPLE_ORIG).ifPresent(v -> message.attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, v));
    a.bytes(CTA_ID).ifPresent(v -> message.attribute(CTA_ID, v));
    a.bytes(CTA_ZONE).ifPresent(v -> message.attribute(CTA_ZONE, v));
    return message;
  }

  @Override
  public void close() {
    socket.close();
  }
}
