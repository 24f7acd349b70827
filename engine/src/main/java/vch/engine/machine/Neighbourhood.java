package vch.engine.machine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// What neighbours say on the links of a machine about who has which address: ARP (RFC 826, RFC
/// 5227) for IPv4, neighbour discovery (RFC 4861, RFC 4862) for IPv6. Safe for all threads; any
/// number may probe at once.
///
/// A link that was just set up may lose what is sent in its first milliseconds (up to 35 were
/// seen), until the kernel has told everybody of its carrier. Of three probes that costs one.
public interface Neighbourhood {
  /// How often [#probe] asks (PROBE_NUM), and how long it waits after each time.
  ///
  /// RFC 5227 has 1 to 2 s between probes and 2 s after the last (section 1.1), RFC 4862 1 s after
  /// the only one, for links that are slow to wake and hosts that are slow to answer. A container
  /// that starts cannot wait for 7 s: hosts on a LAN answer within milliseconds, three chances make
  /// up for lost frames, and who is heard only later is met by [#listen].
  int PROBES = 3;

  Duration PROBE_INTERVAL = Duration.ofMillis(100);

  /// How often [#announce] tells, and what is between (ANNOUNCE_NUM, ANNOUNCE_INTERVAL).
  int ANNOUNCEMENTS = 2;

  Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(2);

  /// Asks whether somebody else on the link's segment has the address: sends [#PROBES] probes and
  /// listens for [#PROBE_INTERVAL] after each. Blocks for that long, or until somebody is found.
  ///
  /// Somebody else is whoever says that it has the address, or asks for it without having one
  /// (another's probe), from an Ethernet address that is not ours.
  ///
  /// @param namespace where `link` is
  /// @param self the link's Ethernet address, to which answers come
  /// @return the Ethernet address of the other
  /// @throws LinkUnusable the link is not there or not up, or goes meanwhile
  Optional<Mac> probe(NamespaceName namespace, String link, Mac self, Ip address);

  /// Tells everybody on the link's segment that the address is at `self` from now on: once before
  /// this returns, and again after [#ANNOUNCE_INTERVAL], in the background, if the link is still
  /// there then. Who takes the address off the link within that time must be ready to hear a second
  /// announcement.
  ///
  /// @throws LinkUnusable the link is not there or not up
  void announce(NamespaceName namespace, String link, Mac self, Ip address);

  /// Hears who says that it has an address on a link (a bridge, or a NIC that is no port of one) of
  /// the machine's own namespace, until it is closed. It may be that there is no such link yet, and
  /// it may go and come again: whichever has the name is heard, from some milliseconds after it
  /// came.
  ///
  /// Heard is what reaches everybody, so every announcement, and what is sent to the link itself;
  /// not the answers of one host to another. Of ARP, every first question of a host, too. First
  /// questions about IPv6 addresses go to groups, and are heard where a bridge or NIC passes these
  /// on.
  ///
  /// @param heard called on a thread of the machine's; it must return at once. It may be called
  ///   once more while the listening is closed
  Listening listen(String link, Consumer<Heard> heard);

  /// Sends one Ethernet frame as it is, from destination address to payload.
  ///
  /// @throws LinkUnusable the link is not there or not up, or does not take such a frame
  void send(NamespaceName namespace, String link, byte[] frame);

  /// Somebody said that it has an address.
  record Heard(Mac sender, Ip address) {}

  /// Ends the listening when it is closed.
  interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  /// The link cannot be used for what was asked; the message says why.
  final class LinkUnusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LinkUnusable(NamespaceName namespace, String link, String why) {
      super("link " + link + " of network namespace " + namespace + " cannot be used: " + why);
    }

    public LinkUnusable(NamespaceName namespace, String link, RuntimeException cause) {
      this(namespace, link, String.valueOf(cause.getMessage()));
      initCause(cause);
    }
  }
}
