package vch.engine.desired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.MachineObject.Element;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.ObjectText;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;
import vch.testkit.Golden;

/// What keeps members on NICs to their addresses, in files to read.
class NicGuardTest {
  private static final PortGroupId LAN = Samples.LAN;
  private static final int NET = 200;
  private static final int OTHER = 201;

  private static Image image(Change... more) {
    var changes = new ArrayList<>(Samples.blueCreated());
    changes.add(new Change.PortGroupPut(Samples.lan(new PortGroupKind.Nic("eth1", true), "eth1")));
    changes.addAll(List.of(more));
    return Image.EMPTY.after(changes);
  }

  private static Change lan(int n, TrustLevel trust) {
    return new Change.ScopePut(Samples.externalScope(n, LAN, trust));
  }

  private static Change dhcp(int n, TrustLevel trust) {
    return new Change.ScopePut(Samples.leasedScope(n, LAN, trust));
  }

  private static List<MachineObject> guards(Image image, int n) {
    return Desired.of(image, new Owner.OfScope(Samples.scopeId(n)));
  }

  private static void check(String file, Image image) {
    assertThat(guards(image, NET)).hasSize(1);
    Golden.check(
        "ruleset/nic/" + file + ".nft", RulesetTest.nft((Ruleset) guards(image, NET).getFirst()));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
  void guards_of_the_nic(TrustLevel level) {
    check(level.word(), image(lan(NET, level)));
    check(level.word() + "-dhcp", image(dhcp(NET, level)));
  }

  @Test
  void guards_of_a_nic_with_routers() {
    var scope =
        Samples.scope(
            NET, new ScopeKind.External(LAN, TrustLevel.PUBLISHED, List.of(), List.of(), true));
    check("published-routers", image(new Change.ScopePut(scope)));
  }

  @Test
  void members_of_level_open_are_on_the_nic_without_guards() {
    var web = Samples.running(Samples.container(1, NET));
    var image = image(lan(NET, TrustLevel.OPEN), Samples.put(web));
    assertThat(guards(image, NET)).isEmpty();
    assertThat(Desired.of(image, new Owner.OfContainer(web.id())))
        .noneMatch(o -> o instanceof Element e && e.family().equals("netdev"))
        .noneMatch(o -> o instanceof Ruleset r && r.family().equals("arp"));
  }

  @Test
  void a_member_learns_nothing_from_what_its_neighbours_say_to_all() {
    var web = Samples.running(Samples.container(1, NET, OTHER, 1));
    var image =
        image(lan(NET, TrustLevel.PUBLISHED), lan(OTHER, TrustLevel.OPEN), Samples.put(web));
    var families = new ArrayList<String>();
    for (var object : Desired.of(image, new Owner.OfContainer(web.id()))) {
      if (object instanceof Ruleset rules) {
        families.add(rules.family());
        Golden.check("ruleset/nic/member-" + rules.family() + ".nft", RulesetTest.nft(rules));
      }
    }
    assertThat(families).containsExactlyInAnyOrder("arp", "inet");
  }

  /// The text of the table stays: what changes is beside it.
  @Test
  void a_member_is_some_elements() {
    var web = Samples.running(Samples.container(1, NET));
    var before = image(lan(NET, TrustLevel.PUBLISHED));
    var after = before.after(List.of(Samples.put(web)));
    assertThat(guards(after, NET)).isEqualTo(guards(before, NET));
    var elements =
        Desired.of(after, new Owner.OfContainer(web.id())).stream()
            .filter(o -> o instanceof Element e && e.family().equals("netdev"))
            .map(ObjectText::of)
            .toList();
    Golden.check("ruleset/nic/member-elements", String.join("\n", elements) + "\n");
  }

  @Test
  void networks_on_one_nic_have_tables_of_their_own() {
    var image = image(lan(NET, TrustLevel.PUBLISHED), lan(OTHER, TrustLevel.PUBLISHED));
    assertThat(guards(image, NET).getFirst().key())
        .isNotEqualTo(guards(image, OTHER).getFirst().key());
  }
}
