package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Namespace;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.Part;
import vch.engine.machine.Step;
import vch.portlayer.address.Subnet;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Protocol;

/// Rules and the elements of their sets, as nft has them.
final class LinuxRulesetTest extends SegmentInLab {
  private static Part block(String text) {
    return Part.of(Subnet.parse(text));
  }

  @Test
  void every_type_of_element_is_observed_as_it_was_made() throws Exception {
    var all =
        with(
            segment(),
            element(
                "pub",
                List.of(new Part.Proto(Protocol.TCP), port(80)),
                ip("172.17.0.2"),
                port(8080)),
            element(
                "pub",
                List.of(new Part.Proto(Protocol.SCTP), port(65535)),
                ip("172.17.0.2"),
                port(1)),
            element(
                "ranges",
                List.of(
                    ip("192.0.2.1"),
                    new Part.Proto(Protocol.UDP),
                    new Part.Ports(new PortRange(1000, 50_999))),
                ip("172.17.0.2")),
            element(
                "ranges",
                List.of(ip("192.0.2.1"), new Part.Proto(Protocol.UDP), port(51_000)),
                ip("172.17.0.3")),
            element("ports", List.of(new Part.Ports(new PortRange(1, 5)))),
            element("ports", List.of(new Part.Ports(new PortRange(6, 9)))),
            element("ports", List.of(port(100))),
            element("ports", List.of(new Part.Ports(new PortRange(60_000, 65_535)))),
            element(
                "blocks", List.of(new Part.Name("v1"), block("172.16.0.0/16"), ip("172.17.0.1"))),
            element(
                "blocks", List.of(new Part.Name("v1"), block("172.17.0.0/16"), block("0.0.0.0/1"))),
            element("block", List.of(block("172.16.0.0/16"))),
            element("block", List.of(block("172.17.0.0/16"))),
            element("block", List.of(ip("172.18.0.0"))),
            element("block", List.of(block("255.255.0.0/16"))),
            element("six", List.of(ip("fd00::1"), port(53))),
            element("macs", List.of(new Part.Hardware(MAC))),
            element("protocols", List.of(new Part.Proto(Protocol.UDP))),
            element("names", List.of(new Part.Name("br-1ab000000003"))));
    reach(all);
    reach(all);
    assertThat(command(ENDPOINT, "nft", "list", "table", "inet", "portlayer"))
        .contains(
            "192.0.2.1 . udp . 1000-50999 : 172.17.0.2",
            "60000-65535",
            "fd00::1 . 53",
            "\"br-1ab000000003\"");
    reach(segment());
  }

  @Test
  void fifty_thousand_elements_go_at_once_and_one_wrong_one_fails_alone() {
    reach(segment());
    var steps = new ArrayList<Step>();
    for (int number = 1; number <= 50_000; number++) {
      steps.add(
          new Step.Add(
              element(
                  "pub",
                  List.of(new Part.Proto(Protocol.TCP), port(number)),
                  ip("172.17.0.2"),
                  port(number))));
    }
    assertThat(machine().apply(steps)).allMatch(o -> !o.failed());
    assertThat(machine().observe(List.of()).stream().filter(Element.class::isInstance))
        .hasSize(50_000);

    var overlapping =
        new Step.Add(element("ports", List.of(new Part.Ports(new PortRange(15, 25)))));
    var outcomes =
        machine()
            .apply(
                List.of(
                    new Step.Add(element("ports", List.of(new Part.Ports(new PortRange(10, 20))))),
                    overlapping,
                    new Step.Add(element("ports", List.of(port(100)))),
                    new Step.Add(element("macs", List.of(port(100)))),
                    new Step.Add(element("nosuch", List.of(port(100))))));
    assertThat(outcomes.stream().map(o -> o.failed()))
        .containsExactly(false, true, false, true, true);
    assertThat(outcomes.get(1).error().orElseThrow())
        .startsWith("add element 15-25 of inet portlayer ports in e-1ab000000001: it overlaps");
    assertThat(outcomes.get(3).error().orElseThrow()).contains("other types");
    assertThat(outcomes.get(4).error().orElseThrow()).contains("no such set");
  }

  @Test
  void rules_that_somebody_changed_are_seen_and_put_right() throws Exception {
    reach(segment());
    command(ENDPOINT, "nft", "add", "rule", "inet", "portlayer", "input", "drop");
    assertThat(machine().observe(segment())).doesNotContain(RULES);
    reach(segment());
    command(ENDPOINT, "nft", "chain", "inet", "portlayer", "input", "{ policy drop; }");
    assertThat(machine().observe(segment())).doesNotContain(RULES);
    reach(segment());
    command(ENDPOINT, "nft", "flush", "ruleset");
    reach(segment());
  }

  @Test
  void rules_that_nft_refuses_say_why() {
    reach(List.of(new Namespace(ENDPOINT)));
    var bad = new Ruleset(ENDPOINT, "inet", "portlayer", "chain a { frobnicate }");
    assertThat(error(new Step.Add(bad)).orElseThrow())
        .startsWith("add table inet portlayer in e-1ab000000001: ")
        .contains("syntax error", "frobnicate");
  }
}
