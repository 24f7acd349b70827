package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.desired.LinkNames;
import vch.engine.fake.FakeNeighbourhood;
import vch.engine.fake.Samples;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.ContainerId;
import vch.portlayer.vch.BridgeSettings;

/// Containers of a VCH whose bridge scopes share one segment.
class SharedSegmentTest {
  private final House house =
      new House(new BridgeSettings(Subnet.parse("172.16.0.0/12"), 16, false, true, 1500, true));

  @AfterEach
  void close() {
    house.close();
  }

  private FakeNeighbourhood.Said told(ContainerId id, String address) {
    var container = house.of(id);
    return new FakeNeighbourhood.Said(
        LinkNames.container(container),
        "eth0",
        container.endpoints().getFirst().mac(),
        Ip.parse(address));
  }

  @Test
  void an_address_is_announced_on_the_one_nic_when_it_comes() {
    var back = house.scope(7, "back");
    var id = house.run(1);
    assertThat(house.machine.neighbourhood().announcements())
        .containsExactly(told(id, "172.16.0.2"));
    var endpoint = house.lives.attachments().connect(id, House.request(77, "back"));
    assertThat(endpoint.link()).isEqualTo("eth0");
    assertThat(house.machine.text())
        .contains("172.16.0.2/16", "172.17.0.2/16")
        .doesNotContain("eth1");
    assertThat(house.machine.neighbourhood().announcements())
        .containsAll(List.of(told(id, "172.16.0.2"), told(id, "172.17.0.2")));
    house.lives.attachments().disconnect(id, Samples.scopeId(1), false);
    assertThat(house.machine.text()).contains("172.17.0.2/16").doesNotContain("172.16.0.2/16");
    house.restart();
    assertThat(house.of(id).endpoints())
        .extracting(e -> e.scope().orElseThrow())
        .containsExactly(back);
    assertThat(house.machine.text()).contains("172.17.0.2/16").doesNotContain("172.16.0.2/16");
  }
}
