package vch.linux;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.Part;
import vch.kernel.conntrack.Conntrack.Flow;
import vch.portlayer.address.Ip;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// Connections to published ports that do not lead where the publications lead. They are found by
/// port: there may be ten thousand of one and a hundred thousand of the other.
final class Elsewhere implements Predicate<Flow> {
  private final Map<Door, List<Published>> doors = new HashMap<>();
  private final List<Published> ranges = new ArrayList<>();

  private Set<InetAddress> machine = Set.of();

  private Elsewhere() {}

  /// @param machine where the machine asks from: what is published on a loopback address is for it
  static Elsewhere than(List<Element> publications, Supplier<Set<InetAddress>> machine) {
    var out = new Elsewhere();
    for (var element : publications) {
      var published = Published.of(element);
      if (out.machine.isEmpty() && published.forMachine()) {
        out.machine = machine.get();
      }
      if (published.ports.size() == 1) {
        var door = new Door(published.protocol.number(), published.ports.first());
        out.doors.computeIfAbsent(door, _ -> new ArrayList<>()).add(published);
      } else {
        out.ranges.add(published);
      }
    }
    return out;
  }

  /// A connection that a container has opened to a far server of the same port is not translated,
  /// and must go on. Of datagrams that are not translated one does not know; they lose nothing.
  @Override
  public boolean test(Flow flow) {
    if (!flow.translated() && flow.protocol() != Protocol.UDP.number()) {
      return false;
    }
    var here = doors.getOrDefault(new Door(flow.protocol(), flow.port()), List.of());
    return Stream.concat(here.stream(), ranges.stream())
        .anyMatch(p -> p.meets(flow, machine) && !p.leads(flow));
  }

  private record Door(int protocol, int port) {}

  /// @param address where it is reached, if not everywhere
  /// @param port at the container, if it is another
  private record Published(
      Protocol protocol, Optional<Ip> address, PortRange ports, Ip to, Optional<Integer> port) {
    static Published of(Element element) {
      var protocol = Protocol.TCP;
      var address = Optional.<Ip>empty();
      var ports = new PortRange(1, 65535);
      for (var part : element.parts()) {
        switch (part) {
          case Part.Proto(var p) -> protocol = p;
          case Part.Address(var ip) -> address = Optional.of(ip);
          case Part.Ports(var range) -> ports = range;
          case Part.Name _, Part.Hardware _, Part.Block _ -> {}
        }
      }
      var to = Optional.<Ip>empty();
      var port = Optional.<Integer>empty();
      for (var part : element.data()) {
        switch (part) {
          case Part.Address(var ip) -> to = Optional.of(ip);
          case Part.Ports(var range) -> port = Optional.of(range.first());
          case Part.Proto _, Part.Name _, Part.Hardware _, Part.Block _ -> {}
        }
      }
      return new Published(protocol, address, ports, to.orElseThrow(), port);
    }

    boolean forMachine() {
      return address.filter(Ip::isLoopback).isPresent();
    }

    boolean meets(Flow flow, Set<InetAddress> machine) {
      var destination = Addresses.ip(flow.destination());
      return flow.protocol() == protocol.number()
          && ports.contains(flow.port())
          && destination.family() == to.family()
          && address
              .map(a -> forMachine() ? machine.contains(flow.client()) : a.equals(destination))
              .orElse(true);
    }

    boolean leads(Flow flow) {
      return to.equals(Addresses.ip(flow.server()))
          && port.orElse(flow.port()) == flow.serverPort();
    }
  }
}
