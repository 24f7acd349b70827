package vch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network.Ipam;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What programs do with networks and ports by docker-java.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerJavaNetworkCases {
  private final DockerJava user = new DockerJava();
  private final DockerClient docker = user.client();

  @AfterAll
  void close() throws IOException {
    docker.close();
  }

  @Test
  void networks_have_addresses_and_names() throws Exception {
    var network =
        docker
            .createNetworkCmd()
            .withName("java-net")
            .withCheckDuplicate(true)
            .withIpam(
                new Ipam()
                    .withConfig(
                        new Ipam.Config().withSubnet("10.77.0.0/24").withGateway("10.77.0.9")))
            .withLabels(Map.of("by", "java"))
            .exec()
            .getId();
    var server =
        docker
            .createContainerCmd("busybox")
            .withName("java-server")
            .withHostConfig(HostConfig.newHostConfig().withNetworkMode("java-net"))
            .withAliases("web")
            .withIpv4Address("10.77.0.20")
            .withCmd("sleep", "3600")
            .exec()
            .getId();
    docker.startContainerCmd(server).exec();
    var client = user.run("java-client", "sleep", "3600");
    docker.connectToNetworkCmd().withNetworkId(network).withContainerId(client).exec();
    assertThat(user.exec(client, "ping", "-c", "1", "web")).contains("10.77.0.20").endsWith("|0");
    var inspected = docker.inspectNetworkCmd().withNetworkId("java-net").exec();
    assertThat(inspected.getContainers()).containsOnlyKeys(server, client);
    assertThat(inspected.getIpam().getConfig().getFirst().getGateway()).isEqualTo("10.77.0.9");
    assertThat(inspected.getLabels()).containsEntry("by", "java");
    assertThat(docker.listNetworksCmd().withNameFilter("java-net").exec()).hasSize(1);
    assertThatThrownBy(() -> docker.removeNetworkCmd(network).exec())
        .hasMessageContaining("has active endpoints");
    docker.disconnectFromNetworkCmd().withNetworkId(network).withContainerId(client).exec();
    user.remove(client);
    user.remove(server);
    docker.removeNetworkCmd(network).exec();
  }

  @Test
  void ports_are_published() {
    var port = ExposedPort.tcp(80);
    var id =
        docker
            .createContainerCmd("busybox")
            .withExposedPorts(port, ExposedPort.udp(53))
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withPortBindings(new PortBinding(Ports.Binding.empty(), port)))
            .withCmd("sleep", "3600")
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    var bindings =
        docker.inspectContainerCmd(id).exec().getNetworkSettings().getPorts().getBindings();
    assertThat(Integer.parseInt(bindings.get(port)[0].getHostPortSpec())).isBetween(1024, 65535);
    assertThat(bindings).containsKey(ExposedPort.udp(53));
    var listed = docker.listContainersCmd().withIdFilter(List.of(id)).exec().getFirst().getPorts();
    assertThat(listed).anyMatch(p -> p.getPrivatePort().equals(80) && p.getPublicPort() != null);
    user.remove(id);
  }
}
