package vch.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.engine.fake.Samples;
import vch.portlayer.container.Container;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;
import vch.portlayer.port.Publication;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// One VCH with a thousand running containers on one network, each with one published port.
public final class Crowd {
  public static final int CONTAINERS = 1000;

  private Crowd() {}

  public static Image image() {
    var changes = new ArrayList<Change>(Samples.blueCreated());
    changes.add(new Change.ScopePut(Samples.scope(2)));
    for (int n = 1; n <= CONTAINERS; n++) {
      changes.add(Samples.put(container(n)));
    }
    return Image.EMPTY.after(changes);
  }

  public static Container container(int n) {
    return Samples.running(
        Samples.container(n, 2)
            .withPublications(
                List.of(
                    new Publication(
                        Protocol.TCP,
                        Optional.empty(),
                        PortRange.of(10_000 + n),
                        PortRange.of(80)))));
  }
}
