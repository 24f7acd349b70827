package vch.portlayer.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NextFitTest {
  private final TreeSet<Ip> held = new TreeSet<>();

  private Optional<Ip> next(Subnet subnet, Optional<Ip> last) {
    return NextFit.next(
        subnet.range(),
        last,
        a -> !subnet.isHost(a) || a.equals(subnet.first().plus(1)),
        from -> held.tailSet(from).iterator());
  }

  @Test
  void a_freed_address_rests_until_the_others_were_used() {
    var subnet = Subnet.parse("10.0.0.0/29"); // hosts 1..6, 1 is the gateway
    var last = Optional.<Ip>empty();
    var order = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      last = next(subnet, last);
      held.add(last.orElseThrow());
      order.append(last.get().low() & 7).append(' ');
      held.remove(last.get());
    }
    assertThat(order).hasToString("2 3 4 5 6 2 3 4 5 6 ");
  }

  @Test
  void hands_out_every_address_once_and_the_last_one_too() {
    for (long seed = 1; seed <= 30; seed++) {
      held.clear();
      var random = new Random(seed);
      var subnet = new Subnet(Ip.parse("10.9.0.0"), 24 + random.nextInt(6));
      int hosts = (1 << (32 - subnet.length())) - 3;
      var last = Optional.<Ip>empty();
      for (int step = 0; step < 2000; step++) {
        var next = next(subnet, last);
        assertThat(next.isPresent())
            .as("seed %s step %s", seed, step)
            .isEqualTo(held.size() < hosts);
        if (next.isPresent()) {
          assertThat(held.add(next.get())).as("seed %s: %s twice", seed, next.get()).isTrue();
          assertThat(subnet.isHost(next.get())).isTrue();
          last = next;
        }
        if (!held.isEmpty() && random.nextInt(5) < 2) {
          held.remove(held.stream().skip(random.nextInt(held.size())).findFirst().orElseThrow());
        }
      }
    }
  }

  @Test
  void works_in_a_subnet_of_two_to_the_64_addresses() {
    var subnet = Subnet.parse("fd00:1::/64");
    var first = next(subnet, Optional.empty()).orElseThrow();
    assertThat(first).hasToString("fd00:1::2");
    assertThat(next(subnet, Optional.of(subnet.last()))).hasValue(first);
  }

  @Test
  void a_cursor_outside_the_pool_begins_anew() {
    assertThat(next(Subnet.parse("10.0.0.0/24"), Optional.of(Ip.parse("10.7.7.7"))))
        .hasValue(Ip.parse("10.0.0.2"));
  }

  @Test
  void several_pools_are_one_round() {
    var pools =
        List.of(
            Range.parse("10.0.0.8-10.0.0.9"),
            Range.parse("10.0.0.1-10.0.0.1"),
            Range.parse("10.0.0.4-10.0.0.6"));
    var last = Optional.<Ip>empty();
    var seen = new ArrayList<String>();
    for (int i = 0; i < 7; i++) {
      last = NextFit.next(pools, last, _ -> false, _ -> Collections.emptyIterator());
      seen.add(last.orElseThrow().toString());
    }
    assertThat(seen)
        .containsExactly(
            "10.0.0.8", "10.0.0.9", "10.0.0.1", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.8");
    assertThat(NextFit.next(pools, last, _ -> true, _ -> Collections.emptyIterator())).isEmpty();
    // All but the last one taken.
    assertThat(
            NextFit.next(
                pools,
                last,
                a -> !a.equals(Ip.parse("10.0.0.8")),
                _ -> Collections.emptyIterator()))
        .contains(Ip.parse("10.0.0.8"));
  }
}
