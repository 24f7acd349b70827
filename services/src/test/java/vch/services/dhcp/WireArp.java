package vch.services.dhcp;

import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// Sends frames by a packet socket of another program, from the link of a host of a [Lan].
record WireArp(Lan lan, String host) implements Neighbourhood {
  private static final String SEND =
      "import socket, sys; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW);"
          + " s.bind((sys.argv[1], 0)); s.send(bytes.fromhex(sys.argv[2]))";

  @Override
  public void send(NamespaceName namespace, String link, byte[] frame) {
    try {
      lan.in(host, "python3", "-c", SEND, link, HexFormat.of().formatHex(frame));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Optional<Mac> probe(NamespaceName namespace, String link, Mac self, Ip address) {
    try {
      var said =
          lan.in(
              namespace.value(),
              "sh",
              "-c",
              "busybox arping -D -f -w 1 -I " + link + " " + address + " || true");
      return Mac.tryParse(said.replaceAll("(?s).*\\[([0-9a-f:]+)\\].*", "$1"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void announce(NamespaceName namespace, String link, Mac self, Ip address) {}

  @Override
  public Listening listen(String link, Consumer<Heard> heard) {
    return () -> {};
  }
}
