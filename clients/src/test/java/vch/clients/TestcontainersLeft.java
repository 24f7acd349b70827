package vch.clients;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/// A program that starts things by Testcontainers, says so and never tidies up: its end is to be
/// sudden.
final class TestcontainersLeft {
  private TestcontainersLeft() {}

  @SuppressWarnings("resource") // leaving them behind is the point
  public static void main(String[] args) throws InterruptedException {
    var network = Network.newNetwork();
    for (int i = 0; i < 2; i++) {
      new GenericContainer<>("busybox:latest")
          .withCommand("sleep", "3600")
          .withNetwork(network)
          .withCopyToContainer(Transferable.of("x"), "/x")
          .withCreateContainerCmdModifier(
              c -> c.withVolumes(new com.github.dockerjava.api.model.Volume("/anonymous")))
          .start();
    }
    System.out.println("all is started");
    Thread.sleep(Long.MAX_VALUE);
  }
}
