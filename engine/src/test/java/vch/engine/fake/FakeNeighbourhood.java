package vch.engine.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import vch.engine.fake.FakeNetwork.Plug;
import vch.engine.fake.FakeNetwork.Where;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

/// Neighbours on the links of [FakeMachine]. Who has an address on a segment is found: links of
/// ours, and whom a test put there. Nothing waits. Safe for any number of threads; the machine's
/// monitor guards everything.
public final class FakeNeighbourhood implements Neighbourhood {
  private record Claim(String link, Ip address) {}

  private record Listener(String link, Consumer<Heard> heard) {}

  /// What was probed for or announced.
  public record Said(NamespaceName namespace, String link, Mac self, Ip address) {}

  public record Sent(NamespaceName namespace, String link, byte[] frame) {}

  private final FakeMachine machine;
  private final FakeNetwork network;
  private final Map<Claim, Mac> foreign = new HashMap<>();
  private final Set<String> nics = new HashSet<>();
  private final List<Said> probes = new ArrayList<>();
  private final List<Said> announcements = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

  FakeNeighbourhood(FakeMachine machine, FakeNetwork network) {
    this.machine = machine;
    this.network = network;
  }

  @Override
  public Optional<Mac> probe(NamespaceName namespace, String link, Mac self, Ip address) {
    synchronized (machine) {
      var plug = up(namespace, link);
      probes.add(new Said(namespace, link, self, address));
      return Optional.ofNullable(foreign.get(new Claim(link, address)))
          .or(() -> Optional.ofNullable(foreign.get(new Claim(plug.segment().link(), address))))
          .or(() -> neighbour(plug, new Where(namespace, link), address))
          .filter(other -> !other.equals(self));
    }
  }

  /// One of our own links on the segment with this address.
  private Optional<Mac> neighbour(Plug plug, Where own, Ip address) {
    return network.all().stream()
        .filter(
            o ->
                o instanceof MachineObject.Address a
                    && a.cidr().address().equals(address)
                    && !own.equals(new Where(a.namespace(), a.link())))
        .flatMap(o -> network.plug(o.namespace(), ((MachineObject.Address) o).link()).stream())
        .filter(other -> other.up() && other.segment().equals(plug.segment()))
        .map(Plug::mac)
        .findFirst();
  }

  private Plug up(NamespaceName namespace, String link) {
    machine.alive();
    var plug =
        network
            .plug(namespace, link)
            .orElseThrow(() -> new LinkUnusable(namespace, link, "it does not exist"));
    if (!plug.up()) {
      throw new LinkUnusable(namespace, link, "it is down");
    }
    return plug;
  }

  @Override
  public void announce(NamespaceName namespace, String link, Mac self, Ip address) {
    Where segment;
    synchronized (machine) {
      segment = up(namespace, link).segment();
      announcements.add(new Said(namespace, link, self, address));
    }
    if (segment.namespace().equals(NamespaceName.MACHINE)) {
      hear(segment.link(), self, address);
    }
  }

  @Override
  public Listening listen(String link, Consumer<Heard> heard) {
    synchronized (machine) {
      machine.alive();
      var listener = new Listener(link, heard);
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }
  }

  @Override
  public void send(NamespaceName namespace, String link, byte[] frame) {
    synchronized (machine) {
      if (!namespace.equals(NamespaceName.MACHINE) || !nics.contains(link)) {
        up(namespace, link);
      }
      sent.add(new Sent(namespace, link, frame.clone()));
    }
  }

  void restart() {
    listeners.clear();
  }

  /// The machine has a NIC that is not ours, on which frames can be sent.
  public void addNic(String name) {
    synchronized (machine) {
      nics.add(name);
    }
  }

  /// From now on somebody of the LAN has the address.
  ///
  /// @param link the bridge or NIC that is the segment, or one container's link
  public void addForeign(String link, Ip address, Mac mac) {
    synchronized (machine) {
      foreign.put(new Claim(link, address), mac);
    }
  }

  /// Nobody of the LAN has the address any more.
  public void removeForeign(String link, Ip address) {
    synchronized (machine) {
      foreign.remove(new Claim(link, address));
    }
  }

  /// What somebody says reaches a link of the machine's namespace.
  public void hear(String link, Mac sender, Ip address) {
    listeners.stream()
        .filter(l -> l.link.equals(link))
        .forEach(l -> l.heard.accept(new Heard(sender, address)));
  }

  /// Links that are listened on, in the order of asking.
  public List<String> listened() {
    return listeners.stream().map(Listener::link).toList();
  }

  /// What was probed for, in order.
  public List<Said> probes() {
    synchronized (machine) {
      return List.copyOf(probes);
    }
  }

  public List<Said> announcements() {
    synchronized (machine) {
      return List.copyOf(announcements);
    }
  }

  /// Frames sent as they are.
  public List<Sent> sent() {
    synchronized (machine) {
      return List.copyOf(sent);
    }
  }
}
