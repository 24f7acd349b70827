package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Ip;

class ResolvConfTest {
  @Test
  void takes_up_to_three_servers_and_nothing_else() {
    var text =
        """
        # nameserver 1.1.1.1
        search example.org
        nameserver 9.9.9.9
        \tnameserver   2620:fe::fe\t
        nameserver nonsense
        nameserver fe80::1%eth0
        options timeout:2
        nameserver 8.8.8.8
        nameserver 8.8.4.4
        """;
    assertThat(ResolvConf.parse(text))
        .isEqualTo(List.of(Ip.parse("9.9.9.9"), Ip.parse("2620:fe::fe"), Ip.parse("8.8.8.8")));
    assertThat(ResolvConf.parse("")).isEmpty();
  }

  @Test
  void reverse_names_stand_for_addresses() {
    assertThat(LocalZone.reversed("4.3.2.1.in-addr.arpa")).hasValue(Ip.parse("1.2.3.4"));
    assertThat(LocalZone.reversed("3.2.1.in-addr.arpa")).isEmpty();
    assertThat(LocalZone.reversed("5.4.3.2.1.in-addr.arpa")).isEmpty();
    assertThat(LocalZone.reversed("x.3.2.1.in-addr.arpa")).isEmpty();
    assertThat(
            LocalZone.reversed(
                "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa"))
        .hasValue(Ip.parse("4321:0:1:2:3:4:567:89ab"));
    assertThat(LocalZone.reversed("1.0.0.0.ip6.arpa")).isEmpty();
    assertThat(LocalZone.reversed("web")).isEmpty();
  }
}
