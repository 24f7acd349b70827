package vch.engine.desired;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject.Ruleset;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Mac;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.TlsMode;
import vch.portlayer.vch.Vch;
import vch.testkit.Golden;

/// The rulesets as files to read: they are documentation too.
class RulesetTest {
  static Stream<Ruleset> rulesets() {
    var image = Image.EMPTY.after(Samples.blueCreated());
    return Desired.all(image).values().stream()
        .flatMap(List::stream)
        .filter(Ruleset.class::isInstance)
        .map(Ruleset.class::cast);
  }

  static String nft(Ruleset rules) {
    return "table "
        + rules.family()
        + " "
        + rules.table()
        + " {\n"
        + rules.body().indent(2)
        + "}\n";
  }

  /// Roles on port groups of their own, the Docker API without TLS.
  @Test
  void the_docker_api_is_open_on_the_nic_of_the_client_role_only() {
    var public_ =
        new Nic(
            "public",
            Samples.VM_NETWORK,
            Set.of(Role.PUBLIC),
            List.of(Cidr.parse("192.0.2.2/24")),
            List.of(),
            new Mac(0x0200_0000_0001L));
    var client =
        new Nic(
            "client",
            Samples.VM_NETWORK,
            Set.of(Role.CLIENT, Role.MANAGEMENT),
            List.of(Cidr.parse("198.51.100.2/24")),
            List.of(),
            new Mac(0x0200_0000_0002L));
    var blue = Samples.blue();
    var vch =
        new Vch(
            blue.id(),
            blue.name(),
            blue.created(),
            List.of(public_, client),
            blue.bridgeGroup(),
            blue.bridge(),
            List.of(),
            TlsMode.NONE,
            List.of(),
            false);
    var image =
        Image.EMPTY.after(
            List.of(new Change.PortGroupPut(Samples.vmNetwork()), new Change.VchPut(vch)));
    var rules =
        Desired.of(image, new Owner.OfVch(vch.id())).stream()
            .filter(o -> o instanceof Ruleset r && r.family().equals("inet"))
            .map(Ruleset.class::cast)
            .findFirst()
            .orElseThrow();
    Golden.check("ruleset/inet-portlayer-two-nics.nft", nft(rules));
  }

  @Test
  void bridge_scopes_on_one_segment_are_told_from_each_other_by_address() {
    for (var object :
        Desired.of(Image.EMPTY.after(Samples.sharedCreated()), new Owner.OfVch(Samples.BLUE))) {
      if (object instanceof Ruleset rules) {
        Golden.check("ruleset/" + rules.family() + "-portlayer-shared.nft", nft(rules));
      }
    }
  }

  @Test
  void a_segment_that_is_joined_with_a_port_group_lets_in_whom_a_scope_knows() {
    for (var object :
        Desired.of(
            Image.EMPTY.after(Samples.joined(Samples.sharedCreated())),
            new Owner.OfVch(Samples.BLUE))) {
      if (object instanceof Ruleset rules && rules.family().equals("bridge")) {
        Golden.check("ruleset/bridge-portlayer-joined.nft", nft(rules));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rulesets")
  void rules_are_what_was_reviewed(Ruleset rules) {
    Golden.check("ruleset/" + rules.family() + "-" + rules.table() + ".nft", nft(rules));
  }
}
