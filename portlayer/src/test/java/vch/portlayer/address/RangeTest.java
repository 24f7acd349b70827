package vch.portlayer.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.2.0.0-10.2.255.255, 10.2.0.0/16",
    "10.2.0.7-10.2.0.7, 10.2.0.7/32",
    "10.2.0.8-10.2.0.15, 10.2.0.8/29",
    "10.2.0.8-10.2.0.16,",
    "10.2.0.4-10.2.0.11,",
    "0.0.0.0-255.255.255.255, 0.0.0.0/0",
    "fd00::-fd00::ffff:ffff:ffff:ffff, fd00::/64",
    "fd00::1-fd00::2,",
  })
  void a_range_may_be_a_block(String range, @Nullable String subnet) {
    assertThat(Range.parse(range).subnet().map(Subnet::toString).orElse(null)).isEqualTo(subnet);
  }
}
