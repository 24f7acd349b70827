package vch.app.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vch.compute.image.registry.Dialer;
import vch.engine.Engine;
import vch.engine.desired.LinkNames;
import vch.portlayer.address.Ip;
import vch.portlayer.vch.VchId;
import vch.services.dns.DnsService;

/// How a VCH reaches registries (docs/decisions/0012): through its public role, as its containers
/// reach the world. `localhost` and loopback mean the machine, where people try things out. Names
/// are asked of the VCH's own name servers, or of the machine as the machine's programs ask.
final class WayOut implements Dialer {
  private final Engine engine;
  private final DnsService dns;
  private final VchId vch;

  WayOut(Engine engine, DnsService dns, VchId vch) {
    this.engine = engine;
    this.dns = dns;
    this.vch = vch;
  }

  @Override
  public SocketChannel open(InetAddress target) throws IOException {
    if (target.isLoopbackAddress()) {
      return SocketChannel.open();
    }
    var family =
        target.getAddress().length == 4
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    try {
      return engine.machine().open(LinkNames.endpoint(vch), () -> SocketChannel.open(family));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("no socket in the namespace of the VCH: " + e.getMessage(), e);
    }
  }

  @Override
  public List<InetAddress> addresses(String host) throws IOException {
    var literal = Ip.tryParse(host);
    if (literal.isPresent()) {
      return List.of(InetAddress.getByAddress(literal.get().bytes()));
    }
    boolean own = engine.image().vch(vch).filter(v -> !v.dnsServers().isEmpty()).isPresent();
    if (!own || host.toLowerCase(Locale.ROOT).equals("localhost")) {
      return List.of(InetAddress.getAllByName(host));
    }
    var out = new ArrayList<InetAddress>();
    for (var address : dns.lookup(vch, host)) {
      out.add(InetAddress.getByAddress(host, address.bytes()));
    }
    if (out.isEmpty()) {
      throw new UnknownHostException(host);
    }
    return out;
  }
}
