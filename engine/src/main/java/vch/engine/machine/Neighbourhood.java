package vch.engine.machine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// What is said in ARP on the links of a machine (RFC 826, RFC 5227). Addresses are IPv4. Safe for
/// all threads; any number may probe at once.
///
/// A link that was just set up may lose what is sent in its first milliseconds (up to 35 were
/// seen), until the kernel has told everybody of its carrier. Of three probes that costs one.
public interface Neighbourhood {
  /// How often [#probe] asks (PROBE_NUM), and how long it waits after each time.
  ///
  /// RFC 5227 has 1 to 2 s between probes and 2 s after the last (section 1.1), for links that are
  /// slow to wake and hosts that are slow to answer. A container that starts cannot wait for 7 s:
  /// hosts on a LAN answer within milliseconds, three chances make up for lost frames, and who is
  /// heard only later is met by [#listen].
  int PROBES = 3;

  Duration PROBE_INTERVAL = Duration.ofMillis(100);

  /// How often [#announce] tells, and what is between (ANNOUNCE_NUM, ANNOUNCE_INTERVAL).
  int ANNOUNCEMENTS = 2;

  Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(2);

  /// Asks whether somebody else on the link's segment has the address: sends [#PROBES] probes and
  /// listens for [#PROBE_INTERVAL] after each. Blocks for that long, or until somebody is found.
  ///
  /// Somebody else is whoever sends any ARP packet with the address as its sender's, or asks for
  /// the address without having one (another's probe), from an Ethernet address that is not ours.
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

  /// Hears ARP packets with a sender's address that reach a link (a bridge, or a NIC that is no
  /// port of one) of the machine's own namespace, until it is closed. Those are broadcasts, so
  /// every announcement and every first question of a host, and what is sent to the link itself;
  /// not the answers of one host to another.
  ///
  /// Nothing is heard while the link is down. A link that vanishes is never heard again, also if
  /// there is another of its name: then close this and listen again.
  ///
  /// @param heard called on a thread of the machine's; it must return at once. It may be called
  ///   once more while the listening is closed
  /// @throws LinkUnusable the link is not there
  Listening listen(String link, Consumer<Heard> heard);

  /// Sends one Ethernet frame as it is, from destination address to payload.
  ///
  /// @throws LinkUnusable the link is not there or not up, or does not take such a frame
  void send(NamespaceName namespace, String link, byte[] frame);

  /// Somebody used an address.
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
