package vch.portlayer.reach;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;

/// What decided so far, on the way of one packet.
final class Trail {
  private final Ip to;
  private final Traffic traffic;
  private final List<Reason> reasons = new ArrayList<>();
  private Optional<Ip> source = Optional.empty();

  Trail(Ip to, Traffic traffic) {
    this.to = to;
    this.traffic = traffic;
  }

  void asksFrom(Ip address) {
    source = Optional.of(address);
  }

  void add(Reason reason) {
    reasons.add(reason);
  }

  Path refused(Reason why) {
    return end(Verdict.REFUSED, Optional.empty(), why);
  }

  Path dropped(Reason why) {
    return end(Verdict.DROPPED, Optional.empty(), why);
  }

  Path served(Packet packet, Node node, Reason why) {
    return end(Verdict.REACHED, Optional.of(arrival(packet, node)), why);
  }

  Path reached(Packet packet, Container container) {
    var node = new Node.OfContainer(container.id());
    return served(packet, node, new Reason.Listener(container.name(), packet.traffic()));
  }

  Path reachedMachine(Packet packet) {
    return served(packet, new Node.Machine(), new Reason.Listener("the machine", packet.traffic()));
  }

  /// @param via the router that leads there
  Path leftTo(Packet packet, Optional<Ip> via) {
    return served(packet, new Node.Outside(), new Reason.Foreign(packet.to(), via));
  }

  private static Arrival arrival(Packet packet, Node node) {
    return new Arrival(node, packet.source(), packet.to(), packet.traffic());
  }

  private Path end(Verdict verdict, Optional<Arrival> arrival, Reason why) {
    reasons.add(why);
    return new Path(to, traffic, source, verdict, arrival, reasons);
  }
}
