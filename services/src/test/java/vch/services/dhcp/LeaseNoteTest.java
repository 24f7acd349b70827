package vch.services.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.Lease;

class LeaseNoteTest {
  private static final String WHOLE =
      """
      address 10.9.0.100/24
      server 10.9.0.1
      routers 10.9.0.1 10.9.0.2
      dns 10.9.0.3 10.9.0.3 9.9.9.9
      routes\s
      mtu 1400
      domain lan.example
      obtained 1700000000
      lease 3600
      """;

  private static Lease lease(String text) {
    return ((LeaseNote.Leased) LeaseNote.parse(text)).lease();
  }

  @Test
  void a_whole_lease_is_read() {
    assertThat(lease(WHOLE))
        .isEqualTo(
            new Lease(
                Cidr.parse("10.9.0.100/24"),
                Ip.parse("10.9.0.1"),
                List.of(Ip.parse("10.9.0.1"), Ip.parse("10.9.0.2")),
                List.of(Ip.parse("10.9.0.3"), Ip.parse("9.9.9.9")),
                List.of(),
                Optional.of(1400),
                Optional.of("lan.example"),
                Instant.ofEpochSecond(1_700_000_000),
                Instant.ofEpochSecond(1_700_003_600)));
  }

  @Test
  void classless_routes_replace_routers() {
    var lease =
        lease(WHOLE.replace("routes \n", "routes 10.1.0.0/16 10.9.0.4 0.0.0.0/0 10.9.0.5\n"));
    assertThat(lease.routers()).containsExactly(Ip.parse("10.9.0.5"));
    assertThat(lease.routes())
        .containsExactly(new Lease.StaticRoute(Subnet.parse("10.1.0.0/16"), Ip.parse("10.9.0.4")));
  }

  @Test
  void what_cannot_be_is_left_out() {
    var lease =
        lease(
            WHOLE
                .replace("mtu 1400", "mtu 1")
                .replace("domain lan.example", "domain $(reboot)")
                .replace("dns 10.9.0.3", "dns 224.0.0.1 nonsense 0.0.0.0 10.9.0.3")
                .replace("routes \n", "routes 10.1.2.3/8 10.9.0.4 10.2.0.0/16 x 10.3.0.0/16\n"));
    assertThat(lease.mtu()).isEmpty();
    assertThat(lease.domain()).isEmpty();
    assertThat(lease.dns()).containsExactly(Ip.parse("10.9.0.3"), Ip.parse("9.9.9.9"));
    assertThat(lease.routes()).isEmpty();
  }

  @Test
  void a_line_counts_once_so_a_later_one_cannot_change_it() {
    assertThat(lease(WHOLE + "server 6.6.6.6\n").server()).isEqualTo(Ip.parse("10.9.0.1"));
  }

  @Test
  void reasons_are_clauses() {
    assertThat(LeaseNote.parse("none nak 10.9.0.1 go away\n").loss())
        .isEqualTo("the DHCP server took it back (NAK): 10.9.0.1 go away");
    assertThat(LeaseNote.parse("none ended\naddress 10.9.0.7/24\n"))
        .isEqualTo(new LeaseNote.None("ended", ""));
    assertThat(LeaseNote.parse("none conflict \n").loss())
        .isEqualTo("another host uses its address");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "none ",
        "address 10.9.0.100/24",
        "address 10.9.0.100/33\nobtained 1\nlease 1",
        "address fd00::1/64\nobtained 1\nlease 1",
        "address 10.9.0.100/24\nobtained -1\nlease 1",
        "address 10.9.0.100/24\nobtained 1\nlease 99999999999999999999",
        "\0\0\0"
      })
  void what_is_no_lease_gives_none(String text) {
    assertThat(LeaseNote.parse(text)).isNotInstanceOf(LeaseNote.Leased.class);
  }

  @Test
  void no_damage_does_more_than_spoil_the_note() {
    var chance = new Random(5);
    for (int round = 0; round < 5_000; round++) {
      var text = new StringBuilder(WHOLE);
      for (int i = chance.nextInt(8); i >= 0; i--) {
        text.setCharAt(chance.nextInt(text.length()), (char) chance.nextInt(0x300));
      }
      text.setLength(chance.nextInt(text.length()));
      assertThat(LeaseNote.parse(text.toString()).loss()).isNotBlank();
    }
  }
}
