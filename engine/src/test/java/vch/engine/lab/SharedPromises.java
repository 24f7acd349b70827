package vch.engine.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.machine.NamespaceName;
import vch.engine.plan.Planner;
import vch.portlayer.container.Container;

/// All bridge scopes are on one segment. The same is promised, and kept from those who know that.
abstract class SharedPromises extends Promises {
  @Override
  Container placed(Container container) {
    return Samples.sharing(container);
  }

  static String mac(Container container) {
    return container.endpoints().getFirst().mac().toString();
  }

  /// Tells the container who is to get frames for an address, past all questions.
  void pin(Container container, String address, String mac) {
    var done =
        machine.in(
            in(container),
            "ip route replace "
                + address
                + " dev eth0 && ip neigh replace "
                + address
                + " lladdr "
                + mac
                + " dev eth0 nud permanent");
    assertThat(done.status()).as(done.output()).isZero();
  }

  void unpin(Container container, String address) {
    machine.in(in(container), "ip neigh del " + address + " dev eth0; ip route del " + address);
  }

  private int arping(Container from, String address) {
    return machine.in(in(from), "busybox arping -c 2 -w 2 -I eth0 " + address).status();
  }

  /// A counter of `/proc/net/netstat`, part IpExt.
  private long counted(NamespaceName namespace, String counter) {
    var ended =
        machine.in(
            namespace,
            "awk '/^IpExt:/ { if (n++) print $i; else for (i = 1; $i != \""
                + counter
                + "\";) i++ }'"
                + " /proc/net/netstat");
    return Long.parseLong(ended.output().strip());
  }

  long received(Container container) {
    return Long.parseLong(
        machine
            .in(in(container), "cat /sys/class/net/eth0/statistics/rx_packets")
            .output()
            .strip());
  }

  @Test
  void a_container_has_one_nic_with_an_address_for_each_scope() {
    assertThat(machine.in(in(model), "ls /sys/class/net").output().split("\\s+"))
        .containsExactlyInAnyOrder("lo", "eth0");
    assertThat(machine.in(in(model), "ip -4 addr show dev eth0").output())
        .contains(address(model, 0) + "/16", address(model, 1) + "/16");
  }

  @Test
  void frames_sent_straight_to_a_container_of_another_scope_do_not_arrive() {
    pin(app, address(web, 0), mac(web));
    assertThat(asks(in(app), address(web, 0) + ":80")).isEqualTo("172.17.0.3");
    unpin(app, address(web, 0));
    for (var target : List.of(other, db)) {
      pin(app, address(target, 0), mac(target));
      long before = received(target);
      assertThat(curl(in(app), address(target, 0) + ":80").status()).isEqualTo(SILENCE);
      assertThat(ping(in(app), address(target, 0))).isNotZero();
      assertThat(received(target)).isEqualTo(before);
      unpin(app, address(target, 0));
    }
  }

  @Test
  void an_address_of_the_own_scope_does_not_carry_frames_to_a_container_of_another() {
    pin(app, "172.17.0.99", mac(other));
    long before = received(other);
    assertThat(ping(in(app), "172.17.0.99")).isNotZero();
    assertThat(received(other)).isEqualTo(before);
    unpin(app, "172.17.0.99");
  }

  @Test
  void the_other_address_of_a_neighbour_is_not_reached_past_the_gateway() {
    pin(app, address(model, 0), mac(model)); // it is on the internal scope, too
    assertThat(curl(in(app), address(model, 0) + ":80").status()).isEqualTo(SILENCE);
    unpin(app, address(model, 0));
  }

  @Test
  void a_frame_with_the_address_of_another_scope_does_not_leave_the_port() {
    machine.in(in(app), "ip addr add 172.18.0.77/16 dev eth0");
    long before = received(other);
    assertThat(curl(in(app), address(other, 0) + ":80").status()).isNotZero();
    assertThat(arping(app, address(other, 0))).isNotZero();
    assertThat(received(other)).isEqualTo(before);
    machine.in(in(app), "ip addr del 172.18.0.77/16 dev eth0");
  }

  @Test
  void who_has_an_address_of_another_scope_is_not_answered() {
    assertThat(arping(app, address(web, 0))).isZero();
    assertThat(arping(app, "172.17.0.1")).isZero();
    assertThat(arping(app, address(other, 0))).isNotZero();
    assertThat(arping(app, "172.18.0.1")).isNotZero();
    assertThat(arping(app, "192.168.218.2")).isNotZero();
  }

  @Test
  void what_goes_to_many_is_heard_on_its_own_scope_only() {
    for (var many : List.of("172.17.255.255", "255.255.255.255")) {
      long heard = counted(in(web), "InBcastPkts");
      long others = received(other);
      long internal = received(db);
      ping(in(app), many);
      assertThat(counted(in(web), "InBcastPkts")).as(many).isGreaterThan(heard);
      assertThat(received(other)).as(many).isEqualTo(others);
      assertThat(received(db)).as(many).isEqualTo(internal);
    }
  }

  @Test
  void questions_of_a_gateway_are_heard_on_its_own_scope_only() {
    long heard = received(web);
    long others = received(other);
    ping(ENDPOINT, "172.17.0.99");
    assertThat(received(web)).isGreaterThan(heard);
    assertThat(received(other)).isEqualTo(others);
  }

  @Test
  void members_do_not_hear_each_other_where_the_scope_forbids_it() {
    assertThat(arping(mute, address(deaf, 0))).isNotZero();
    pin(mute, address(deaf, 0), mac(deaf));
    assertThat(ping(in(mute), address(deaf, 0))).isNotZero();
    unpin(mute, address(deaf, 0));
  }

  /// Container 2 joins scope 2, leaves scope 1, and comes back.
  @Test
  void a_container_joins_and_leaves_while_it_runs_and_keeps_its_nic() {
    var joined =
        app.withEndpoints(
            List.of(
                app.endpoints().getFirst(),
                placed(Samples.container(2, 1, 2)).endpoints().getLast()));
    change(app, joined);
    assertThat(asks(in(app), address(other, 0) + ":80")).isEqualTo("172.18.0.3");
    assertThat(asks(in(app), address(web, 0) + ":80")).isEqualTo("172.17.0.3");
    assertThat(asks(in(other), "172.18.0.3:80")).isEqualTo("172.18.0.4");
    var moved = app.withEndpoints(List.of(joined.endpoints().getLast()));
    change(joined, moved);
    assertThat(asks(in(app), address(other, 0) + ":80")).isEqualTo("172.18.0.3");
    assertThat(asks(in(app), "192.168.218.50:80")).isEqualTo(PUBLIC);
    assertThat(curl(in(app), address(web, 0) + ":80").status()).isEqualTo(REFUSED);
    pin(app, address(web, 0), mac(web));
    assertThat(curl(in(app), address(web, 0) + ":80").status()).isEqualTo(SILENCE);
    unpin(app, address(web, 0));
    change(moved, app);
    assertThat(asks(in(app), address(web, 0) + ":80")).isEqualTo("172.17.0.3");
    assertThat(curl(in(app), address(other, 0) + ":80").status()).isEqualTo(REFUSED);
  }

  private void change(Container before, Container after) {
    var rest = all().stream().filter(c -> !c.id().equals(before.id())).toList();
    var plan = Planner.plan(objects(image(with(rest, after))), objects(image(with(rest, before))));
    assertThat(plan.steps()).noneMatch(s -> s.object() instanceof MachineObject.Link);
    machine.apply(plan);
  }

  private static List<Container> with(List<Container> rest, Container more) {
    return java.util.stream.Stream.concat(rest.stream(), java.util.stream.Stream.of(more)).toList();
  }
}
