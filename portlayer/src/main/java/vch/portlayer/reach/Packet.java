package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.port.Port;

/// What is on the way.
///
/// @param source empty where it is not known
record Packet(Optional<Ip> source, Ip to, Traffic traffic) {
  Family family() {
    return to.family();
  }

  Packet from(Ip next) {
    return new Packet(Optional.of(next), to, traffic);
  }

  Packet to(Ip next, Traffic asks) {
    return new Packet(source, next, asks);
  }

  Packet at(int number) {
    return traffic instanceof Traffic.OfPort(var port)
        ? to(to, new Traffic.OfPort(new Port(number, port.protocol())))
        : this;
  }
}
