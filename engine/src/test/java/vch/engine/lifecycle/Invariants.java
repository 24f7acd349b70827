package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.TreeSet;
import vch.engine.desired.LinkNames;
import vch.engine.fake.Samples;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Phase;

/// What must hold whenever nothing is under way, whatever happened before.
final class Invariants {
  private Invariants() {}

  static void hold(House house, String after) {
    assertThat(house.engine.plan())
        .as(after + ": plan")
        .isEmpty(); // asked first: it waits for work under way
    var image = house.engine.image();
    var observed = house.processes.observe();
    var namespaces = new TreeSet<String>();
    namespaces.add(LinkNames.endpoint(Samples.BLUE).value());
    var addresses = new HashMap<String, ContainerId>();
    for (var container : image.containers()) {
      var phase = container.state().phase();
      var what = after + ": " + container.name() + " " + phase;
      assertThat(phase).as(what).isNotIn(Phase.STARTING, Phase.REMOVING);
      boolean runs = phase == Phase.RUNNING || phase == Phase.PAUSED;
      assertThat(house.processes.runs(container.id()))
          .as(what + " and its process")
          .isEqualTo(runs);
      if (runs) {
        assertThat(observed.get(container.id()).pid())
            .as(what + " and its pid")
            .isEqualTo(container.state().pid());
        assertThat(house.processes.latest(container.id()).orElseThrow().namespace())
            .as(what + " and its namespace")
            .isEqualTo(house.machine.path(LinkNames.container(container)));
      }
      assertThat(house.processes.frozen(container.id()))
          .as(what + " and its freezer")
          .isEqualTo(phase == Phase.PAUSED);
      if (container.live()) {
        namespaces.add(LinkNames.container(container).value());
        for (var endpoint : container.endpoints()) {
          assertThat(endpoint.addresses().stream().map(a -> a.address().family()))
              .as(what + " and its addresses")
              .containsExactlyElementsOf(
                  image.scope(endpoint.scope().orElseThrow()).orElseThrow().subnets().stream()
                      .map(s -> s.subnet().family())
                      .toList());
        }
      }
      for (var endpoint : container.endpoints()) {
        for (var address : endpoint.addresses()) {
          assertThat(addresses.put(address.toString(), container.id()))
              .as(what + " and " + address)
              .isNull();
        }
      }
      if (container.state().run() > 0 && phase != Phase.CREATED) {
        assertThat(house.processes.prepared()).as(what + " and its root").contains(container.id());
      }
    }
    assertThat(house.machine.namespaceNames()).as(after + ": namespaces").isEqualTo(namespaces);
    assertThat(observed.values().stream().filter(o -> o.pid() == 0))
        .as(after + ": ends that nobody dealt with")
        .isEmpty();
    var strangers = new HashSet<>(house.processes.prepared());
    image.containers().forEach(c -> strangers.remove(c.id()));
    assertThat(strangers).as(after + ": roots of containers that are in no record").isEmpty();
  }
}
