package vch.portlayer.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubnetCutterTest {
  private static final Subnet RANGE = Subnet.parse("172.16.0.0/12");

  @Test
  void gives_whole_blocks_from_the_lowest_on() {
    assertThat(SubnetCutter.cut(RANGE, 16, List.of())).hasValue(Subnet.parse("172.16.0.0/16"));
    assertThat(SubnetCutter.cut(RANGE, 16, List.of(Subnet.parse("172.16.0.0/16"))))
        .hasValue(Subnet.parse("172.17.0.0/16"));
  }

  @Test
  void the_lowest_block_of_a_length_is_between_what_is_taken() {
    var range = Subnet.parse("fd01:2:3::/48");
    assertThat(SubnetCutter.lowest(range, 64, List.of())).hasValue(Subnet.parse("fd01:2:3::/64"));
    var taken =
        new ArrayList<>(
            List.of(
                Subnet.parse("fd01:2:3:3::/64"),
                Subnet.parse("fd01:2:3:0:8000::/80"),
                Subnet.parse("fd01:2:3:0:9000::/80"),
                Subnet.parse("10.0.0.0/8"),
                Subnet.parse("fd01:2:3:1::/64")));
    assertThat(SubnetCutter.lowest(range, 64, taken)).hasValue(Subnet.parse("fd01:2:3:2::/64"));
    taken.add(Subnet.parse("fd01:2:3::/49"));
    assertThat(SubnetCutter.lowest(range, 64, taken)).hasValue(Subnet.parse("fd01:2:3:8000::/64"));
    taken.add(Subnet.parse("fd01:2:3:8000::/49"));
    assertThat(SubnetCutter.lowest(range, 64, taken)).isEmpty();
    assertThat(SubnetCutter.lowest(range, 64, List.of(Subnet.parse("fd00::/8")))).isEmpty();
  }

  @Test
  void skips_what_overlaps() {
    var taken =
        List.of(
            Subnet.parse("172.16.3.0/24"),
            Subnet.parse("172.17.255.255/32"),
            Subnet.parse("10.0.0.0/8"));
    assertThat(SubnetCutter.cut(RANGE, 16, taken)).hasValue(Subnet.parse("172.18.0.0/16"));
  }

  @Test
  void takes_thousands_of_networks_and_gives_smaller_ones_when_whole_blocks_run_out() {
    var taken = new ArrayList<Subnet>();
    var lengths = new int[33];
    while (true) {
      var next = SubnetCutter.cut(RANGE, 16, taken);
      if (next.isEmpty()) {
        break;
      }
      taken.add(next.get());
      lengths[next.get().length()]++;
    }
    assertThat(lengths[16]).isEqualTo(15);
    assertThat(lengths[24]).isEqualTo(128);
    assertThat(lengths[28]).isEqualTo(2048);
    assertDisjoint(taken, "all");
    assertThat(taken.stream().mapToLong(s -> 1L << (32 - s.length())).sum())
        .isEqualTo(1 << 20); // nothing is left
  }

  @Test
  void a_freed_whole_block_is_given_again_as_a_whole() {
    var taken = new ArrayList<Subnet>();
    for (int i = 0; i < 60; i++) {
      taken.add(SubnetCutter.cut(RANGE, 16, taken).orElseThrow());
    }
    taken.remove(Subnet.parse("172.20.0.0/16"));
    assertThat(SubnetCutter.cut(RANGE, 16, taken)).hasValue(Subnet.parse("172.20.0.0/16"));
  }

  @Test
  void a_range_of_one_block_serves_many_networks() {
    var range = Subnet.parse("172.19.0.0/16");
    assertThat(SubnetCutter.cut(range, 16, List.of())).hasValue(Subnet.parse("172.19.0.0/24"));
  }

  @Test
  void works_at_both_ends_of_the_address_space() {
    assertThat(SubnetCutter.cut(Subnet.parse("0.0.0.0/0"), 8, List.of(Subnet.parse("0.0.0.0/8"))))
        .hasValue(Subnet.parse("1.0.0.0/8"));
    assertThat(
            SubnetCutter.cut(
                Subnet.parse("255.255.255.0/24"), 26, List.of(Subnet.parse("255.255.255.0/25"))))
        .hasValue(Subnet.parse("255.255.255.128/26"));
  }

  @Test
  void never_overlaps_and_never_gives_up_while_space_is_left() {
    for (long seed = 1; seed <= 60; seed++) {
      var random = new Random(seed);
      int rangeLength = 12 + random.nextInt(14);
      var range = new Subnet(Ip.parse("172.16.0.0").masked(rangeLength), rangeLength);
      int width = rangeLength + random.nextInt(31 - rangeLength);
      var taken = new ArrayList<Subnet>();
      for (int step = 0; step < 300; step++) {
        var next = SubnetCutter.cut(range, width, taken);
        var as = "seed " + seed + " step " + step + " " + range + " by " + width;
        if (next.isPresent()) {
          taken.add(next.get());
          assertThat(range.contains(next.get())).as(as).isTrue();
          assertDisjoint(taken.subList(Math.max(0, taken.size() - 1), taken.size()), as);
          assertThat(taken.subList(0, taken.size() - 1))
              .as(as)
              .noneMatch(s -> s.overlaps(next.get()));
        } else {
          long used = taken.stream().mapToLong(s -> 1L << (32 - s.length())).sum();
          assertThat(used).as(as).isEqualTo(1L << (32 - rangeLength));
        }
        if (random.nextInt(3) == 0 && !taken.isEmpty()) {
          taken.remove(random.nextInt(taken.size()));
        }
      }
    }
  }

  private static void assertDisjoint(List<Subnet> subnets, String as) {
    var sorted = subnets.stream().sorted().toList();
    for (int i = 1; i < sorted.size(); i++) {
      assertThat(sorted.get(i - 1).overlaps(sorted.get(i))).as(as).isFalse();
    }
  }
}
