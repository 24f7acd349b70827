package vch.kernel.rtnl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import vch.kernel.libc.Errno;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.netlink.Ack;
import vch.kernel.netlink.Message;
import vch.kernel.netlink.NetlinkSocket;

/// Links, addresses, routes and rules of the namespace that it was opened in. Safe for all threads.
public final class Rtnl implements AutoCloseable {
  /// Multicast groups of linux/rtnetlink.h that tell of changes: links, addresses of both families,
  /// routes of both, rules of both, ids of namespaces.
  public static final List<Integer> GROUPS = List.of(1, 5, 9, 7, 11, 8, 19, 28);

  /// That of links alone.
  public static final List<Integer> GROUP_LINKS = List.of(1);

  private final NetlinkSocket socket;

  private Rtnl(NetlinkSocket socket) {
    this.socket = socket;
  }

  /// In the namespace of the calling thread.
  public static Rtnl open() {
    return new Rtnl(NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
  }

  /// Sends all requests in one call; each is done on its own.
  public List<Ack> batch(List<Message> requests) {
    return socket.batch(requests);
  }

  public Ack request(Message request) {
    return socket.request(request);
  }

  public Optional<LinkInfo> link(String name) {
    return link(LinkMessages.get(name), name);
  }

  public Optional<LinkInfo> link(int index) {
    return link(LinkMessages.get(index), "link " + index);
  }

  private Optional<LinkInfo> link(Message request, String what) {
    try {
      return socket.get(request, what).stream().flatMap(r -> LinkInfo.of(r).stream()).findFirst();
    } catch (KernelException e) {
      if (e.is(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public List<LinkInfo> links() {
    return socket.dump(LinkMessages.dump()).stream().flatMap(r -> LinkInfo.of(r).stream()).toList();
  }

  public List<AddressInfo> addresses() {
    return socket.dump(AddressMessages.dump()).stream()
        .flatMap(r -> AddressInfo.of(r).stream())
        .toList();
  }

  /// Routes of all tables and both families.
  public List<RouteInfo> routes() {
    var all = new ArrayList<RouteInfo>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      socket.dump(RouteMessages.dump(ipv6)).forEach(r -> RouteInfo.of(r).ifPresent(all::add));
    }
    return all;
  }

  /// Rules of both families.
  public List<RuleInfo> rules() {
    return socket.dump(RuleMessages.dump()).stream().flatMap(r -> RuleInfo.of(r).stream()).toList();
  }

  /// Gives another namespace an id in this one, if it has none, so that monitors here hear of what
  /// changes there.
  public int identify(Fd namespace) {
    var given =
        socket.request(
            new Message(Rtm.RTM_NEWNSID, 0)
                .u32(0)
                .attribute32(Rtm.NETNSA_NSID, -1)
                .attribute32(Rtm.NETNSA_FD, namespace.number()));
    if (!given.is(Errno.EEXIST)) {
      given.check("newnsid", namespace.toString());
    }
    var request =
        new Message(Rtm.RTM_GETNSID, 0).u32(0).attribute32(Rtm.NETNSA_FD, namespace.number());
    return socket.get(request, "id of a namespace").stream()
        .map(r -> r.attributes(Rtm.RTGENMSG_BYTES).u32(Rtm.NETNSA_NSID))
        .flatMapToInt(OptionalInt::stream)
        .findFirst()
        .orElseThrow(() -> new KernelException("getnsid", Errno.ENODATA, namespace.toString()));
  }

  @Override
  public void close() {
    socket.close();
  }
}
