package vch.portlayer.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MacTest {
  @Test
  void link_local_addresses_are_those_of_linux() {
    assertThat(Mac.parse("02:42:ac:11:00:02").linkLocal()).hasToString("fe80::42:acff:fe11:2");
    assertThat(Mac.parse("b8:69:4d:c8:19:77").linkLocal()).hasToString("fe80::ba69:4dff:fec8:1977");
    assertThat(Mac.parse("fe:ff:ff:ff:ff:ff").linkLocal()).hasToString("fe80::fcff:ffff:feff:ffff");
  }
}
