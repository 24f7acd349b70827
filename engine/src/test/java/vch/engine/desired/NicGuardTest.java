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

  /// What is at the hooks of links for a member, or for the network.
  private static String hooks(Image image, Owner owner) {
    var out = new StringBuilder();
    for (var object : Desired.of(image, owner)) {
      switch (object) {
        case Ruleset rules when rules.family().equals("netdev") ->
            out.append("# in ")
                .append(rules.namespace())
                .append('\n')
                .append(RulesetTest.nft(rules));
        case Element element when element.family().equals("netdev") ->
            out.append("# ").append(ObjectText.of(element)).append('\n');
        default -> {}
      }
    }
    return out.toString();
  }

  private static Owner member(int n) {
    return new Owner.OfContainer(Samples.containerId(n));
  }

  private static void check(String file, Change network) {
    var image = image(network, Samples.put(Samples.running(Samples.container(1, NET))));
    Golden.check("ruleset/nic/" + file + ".nft", hooks(image, member(1)));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
  void what_a_member_may_send(TrustLevel level) {
    check(level.word(), lan(NET, level));
    check(level.word() + "-dhcp", dhcp(NET, level));
  }

  @Test
  void what_a_member_may_send_where_routers_advertise() {
    check(
        "published-routers",
        new Change.ScopePut(
            Samples.scope(
                NET,
                new ScopeKind.External(LAN, TrustLevel.PUBLISHED, List.of(), List.of(), true))));
  }

  /// Nothing is looked at a second time, nor for those who are not on the network.
  @ParameterizedTest
  @EnumSource
  void nothing_is_at_the_nic_but_for_closed_members(TrustLevel level) {
    for (var network : List.of(lan(NET, level), dhcp(NET, level))) {
      var image = image(network);
      if (level == TrustLevel.CLOSED) {
        var leased = network.equals(dhcp(NET, level)) ? "-dhcp" : "";
        Golden.check(
            "ruleset/nic/hearing" + leased + ".nft",
            hooks(image, new Owner.OfScope(Samples.scopeId(NET))));
      } else {
        assertThat(guards(image, NET)).isEmpty();
      }
    }
  }

  @Test
  void members_of_level_open_are_on_the_nic_without_guards() {
    var web = Samples.running(Samples.container(1, NET));
    var image = image(lan(NET, TrustLevel.OPEN), Samples.put(web));
    assertThat(hooks(image, member(1))).isEmpty();
  }

  /// A place that comes or goes changes nothing for the others, not even for a moment.
  @Test
  void each_place_has_a_table_of_its_own() {
    var one = Samples.running(Samples.container(1, NET));
    var both = Samples.running(Samples.container(1, NET, OTHER, 1));
    var lans = image(lan(NET, TrustLevel.PUBLISHED), lan(OTHER, TrustLevel.OUTBOUND));
    var before = Desired.of(lans.after(List.of(Samples.put(one))), member(1));
    var after = Desired.of(lans.after(List.of(Samples.put(both))), member(1));
    assertThat(after.stream().filter(NicGuardTest::isTable)).hasSize(2).doesNotHaveDuplicates();
    assertThat(after)
        .containsAll(before.stream().filter(NicGuardTest::isTable).toList())
        .filteredOn(o -> o instanceof Ruleset r && r.family().equals("arp"))
        .isEmpty();
  }

  /// What others may have is not sent from, unless there is nobody yet who could.
  @Test
  void addresses_pass_once_they_are_known_to_be_free() {
    var web = Samples.running(Samples.container(1, NET));
    var asking =
        web.withEndpoints(web.endpoints().stream().map(e -> e.withSettled(false)).toList());
    var starting = asking.with(Samples.container(1, NET).state().starting());
    var address = web.endpoints().getFirst().addresses().getFirst().address().toString();
    var lan = image(lan(NET, TrustLevel.PUBLISHED));
    assertThat(hooks(lan.after(List.of(Samples.put(asking))), member(1))).doesNotContain(address);
    var settled = hooks(lan.after(List.of(Samples.put(web))), member(1));
    assertThat(settled).contains(address);
    assertThat(hooks(lan.after(List.of(Samples.put(starting))), member(1))).isEqualTo(settled);
  }

  private static boolean isTable(MachineObject object) {
    return object instanceof Ruleset r && r.family().equals("netdev");
  }

  @Test
  void networks_on_one_nic_have_tables_of_their_own() {
    var image = image(lan(NET, TrustLevel.CLOSED), lan(OTHER, TrustLevel.CLOSED));
    assertThat(guards(image, NET).getFirst().key())
        .isNotEqualTo(guards(image, OTHER).getFirst().key());
  }
}
