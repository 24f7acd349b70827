package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;

class LinkEnvironmentTest {
  @Test
  void a_linked_container_is_described_by_variables() {
    try (var house = new House()) {
      house.run(
          1,
          w ->
              w.environment("PATH=/x", "POSTGRES_DB=shop=1", "EMPTY=", "NOVALUE")
                  .exposing(
                      new Port(53, Protocol.UDP),
                      new Port(8432, Protocol.TCP),
                      new Port(5432, Protocol.TCP)));
      var id = house.run(2, w -> w.link("c1", "my-db").environment("MY_DB_ENV_EMPTY=mine"));
      assertThat(house.processes.latest(id).orElseThrow().container().spec().environment())
          .containsExactly(
              "MY_DB_NAME=/c2/my-db",
              "MY_DB_PORT=tcp://172.16.0.2:5432",
              "MY_DB_PORT_5432_TCP=tcp://172.16.0.2:5432",
              "MY_DB_PORT_5432_TCP_ADDR=172.16.0.2",
              "MY_DB_PORT_5432_TCP_PORT=5432",
              "MY_DB_PORT_5432_TCP_PROTO=tcp",
              "MY_DB_PORT_8432_TCP=tcp://172.16.0.2:8432",
              "MY_DB_PORT_8432_TCP_ADDR=172.16.0.2",
              "MY_DB_PORT_8432_TCP_PORT=8432",
              "MY_DB_PORT_8432_TCP_PROTO=tcp",
              "MY_DB_PORT_53_UDP=udp://172.16.0.2:53",
              "MY_DB_PORT_53_UDP_ADDR=172.16.0.2",
              "MY_DB_PORT_53_UDP_PORT=53",
              "MY_DB_PORT_53_UDP_PROTO=udp",
              "MY_DB_ENV_POSTGRES_DB=shop=1",
              "MY_DB_ENV_EMPTY=mine");
      assertThat(house.of(id).spec().environment()).containsExactly("MY_DB_ENV_EMPTY=mine");
    }
  }
}
