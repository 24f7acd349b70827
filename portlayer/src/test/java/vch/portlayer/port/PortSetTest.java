package vch.portlayer.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortSetTest {
  private static PortSet set(String... ranges) {
    return new PortSet(Stream.of(ranges).map(r -> Ports.tryParse(r).orElseThrow()).toList());
  }

  @Test
  void consecutive_ports_are_one_range() {
    var one =
        new PortSet(
            IntStream.rangeClosed(9000, 58_999)
                .mapToObj(n -> new Ports(PortRange.of(n), Protocol.TCP))
                .toList());
    assertThat(one.ranges()).containsExactly(new Ports(new PortRange(9000, 58_999), Protocol.TCP));
    assertThat(one.ports()).hasSize(50_000);
  }

  @Test
  void however_it_is_said_an_equal_set_is_an_equal_value() {
    assertThat(set("80-90/tcp", "85-95/tcp", "96/tcp", "53/udp", "80-96/tcp"))
        .isEqualTo(set("53/udp", "80-96/tcp"))
        .hasToString("[53/udp, 80-96/tcp]");
    assertThat(set("65535/tcp", "1/tcp")).hasToString("[1/tcp, 65535/tcp]");
    assertThat(new PortSet(List.of())).isEqualTo(PortSet.EMPTY);
  }

  @Test
  void protocols_are_apart() {
    assertThat(set("80/udp", "81/tcp", "80/tcp").ranges()).hasSize(2);
    assertThat(set("80-81/tcp", "80/udp").ports().map(Port::toString))
        .containsExactly("80/tcp", "80/udp", "81/tcp");
  }

  @Test
  void what_is_no_text_of_ports() {
    assertThat(Stream.of("80", "80-/tcp", "/tcp", "0/tcp", "90-80/tcp", "80/icmp", "65536/tcp"))
        .allMatch(t -> Ports.tryParse(t).isEmpty());
  }
}
