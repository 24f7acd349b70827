package vch.engine.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vch.engine.machine.Machine;
import vch.engine.machine.MachineObject.Link;
import vch.engine.machine.MachineObject.LinkKind;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Neighbourhood.Heard;
import vch.engine.machine.Step;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;

class FakeNeighbourhoodTest extends NeighbourhoodContract {
  private static final NamespaceName CONTAINER = new NamespaceName("c-c0417ac70014-1");
  private static final Mac SELF = Mac.parse("02:42:0a:02:00:02");
  private static final Mac OTHER = Mac.parse("52:54:00:12:34:56");
  private static final Ip ADDRESS = Ip.parse("10.2.0.2");

  @Override
  protected Machine machine() {
    return new FakeMachine();
  }

  @Test
  void whom_a_test_puts_on_a_nic_is_found_by_its_macvlans_and_heard() {
    var machine = new FakeMachine();
    var link =
        new Link(
            CONTAINER,
            "eth0",
            new LinkKind.Macvlan("lan0"),
            Optional.empty(),
            Optional.of(SELF),
            1500,
            true);
    machine.apply(List.of(new Step.Add(new Namespace(CONTAINER)), new Step.Add(link)));
    var neighbourhood = machine.neighbourhood();
    assertThat(neighbourhood.probe(CONTAINER, "eth0", SELF, ADDRESS)).isEmpty();
    neighbourhood.addForeign("lan0", ADDRESS, OTHER);
    assertThat(neighbourhood.probe(CONTAINER, "eth0", SELF, ADDRESS)).contains(OTHER);
    neighbourhood.removeForeign("lan0", ADDRESS);
    assertThat(neighbourhood.probe(CONTAINER, "eth0", SELF, ADDRESS)).isEmpty();
    neighbourhood.addNic("lan0");
    var heard = new ArrayList<Heard>();
    try (var _ = neighbourhood.listen("lan0", heard::add)) {
      assertThat(neighbourhood.listened()).containsExactly("lan0");
      neighbourhood.hear("lan0", OTHER, ADDRESS);
    }
    assertThat(neighbourhood.listened()).isEmpty();
    assertThat(heard).containsExactly(new Heard(OTHER, ADDRESS));
  }
}
