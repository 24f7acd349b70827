package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import vch.engine.fake.Samples;
import vch.portlayer.container.ContainerId;
import vch.portlayer.rule.ConfigureVch;
import vch.portlayer.rule.ContainerNetworkOptions;

/// Files of running containers follow what the VCH is told.
class ConfigureTest {
  private final House house = new House();

  @BeforeEach
  void lan() {
    configure(
        new ContainerNetworkOptions(
            List.of("VM Network:lan"),
            List.of("lan:10.2.0.1/16"),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  @AfterEach
  void close() {
    house.close();
  }

  private List<String> configure(ContainerNetworkOptions options) {
    var done =
        house.lives.configure(
            new ConfigureVch(
                Samples.BLUE,
                Optional.empty(),
                options,
                List.of(),
                List.of(),
                List.of(),
                List.of(Samples.scopeId(7)),
                List.of(),
                Samples.NOON));
    house.time.settle();
    return done.impact();
  }

  private String resolvConf(ContainerId id) {
    return house.processes.latest(id).orElseThrow().files().resolvConf();
  }

  @Test
  void name_servers_of_a_network_reach_its_members() {
    var id = house.run(1, w -> w.on("lan"));
    assertThat(resolvConf(id)).contains("nameserver 10.2.0.1\n");
    configure(
        new ContainerNetworkOptions(
            List.of(), List.of(), List.of(), List.of("lan:10.2.0.9"), List.of(), List.of()));
    assertThat(resolvConf(id)).contains("nameserver 10.2.0.9\n").doesNotContain("10.2.0.1\n");
  }
}
