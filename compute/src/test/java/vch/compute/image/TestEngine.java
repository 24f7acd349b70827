package vch.compute.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import vch.engine.Engine;
import vch.engine.event.Events;
import vch.engine.machine.Machine;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.port.PortSet;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.BridgeSettings;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// An engine that keeps the image in memory and has no machine.
public final class TestEngine implements Engine {
  public static final VchId BLUE = new VchId("0000000000b1");
  public static final VchId GREEN = new VchId("00000000006e");

  private final Events events = new Events();
  private final List<Listener> listeners = new ArrayList<>(); // guarded by this
  private volatile Image image = Image.EMPTY;

  public TestEngine() {
    for (var vch : List.of(vch(BLUE, "blue", List.of()), vch(GREEN, "green", List.of()))) {
      note(_ -> Decision.of("", new Change.VchPut(vch)));
    }
  }

  public static Vch vch(VchId id, String name, List<String> insecure) {
    return new Vch(
        id,
        name,
        Instant.EPOCH,
        List.of(),
        new PortGroupId("000000000001"),
        BridgeSettings.DEFAULT,
        List.of(),
        TlsMode.NONE,
        insecure,
        false);
  }

  public static Container container(VchId vch, String id, String image, ContainerState state) {
    return new Container(
        new ContainerId(id.repeat(64 / id.length())),
        vch,
        "c" + id,
        Instant.EPOCH,
        "h",
        "",
        new NetworkMode.None(),
        List.of(),
        List.of(),
        PortSet.EMPTY,
        false,
        List.of(),
        List.of(),
        Resolver.NONE,
        Map.of(),
        ContainerSpec.filesOf(image),
        state,
        "");
  }

  public void put(Container container) {
    note(_ -> Decision.of("", new Change.ContainerPut(container)));
  }

  @Override
  public Image image() {
    return image;
  }

  @Override
  public synchronized <R> Begun<R> begin(Function<Image, Decision<R>> rule) {
    var before = image;
    var decision = rule.apply(before);
    image = before.after(decision.changes());
    listeners.forEach(l -> l.changed(before, image, decision.changes()));
    return new Done<>(decision.reply());
  }

  private record Done<R>(R reply) implements Begun<R> {
    @Override
    public void settled() {}
  }

  @Override
  public synchronized void listen(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public Events events() {
    return events;
  }

  @Override
  public Machine machine() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String plan() {
    return "";
  }

  @Override
  public void close() {}
}
