package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The use cases of the product's first document, by the real docker CLI and real packets: each
/// alone in a VCH of its own, and all at once.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UseCasesTest {
  private final TestMachine machine = new TestMachine();

  @BeforeAll
  void start() {
    machine.startDaemon();
  }

  @AfterAll
  void stop() {
    machine.close();
  }

  @Test
  void a_container_with_a_published_port() {
    published(machine.create("alone-a"));
  }

  @Test
  void a_bridge_network_of_ones_own() {
    bridged(machine.create("alone-b"));
  }

  @Test
  void a_bridge_network_with_a_published_port() {
    bridgedAndPublished(machine.create("alone-c"));
  }

  @Test
  void an_internal_network_and_one_for_the_web() {
    internalAndWeb(machine.create("alone-d"));
  }

  @Test
  void all_at_once() throws Exception {
    // a and d publish the same port, so they are in two hosts; b and c use the same network name
    var first = machine.create("all-1");
    var second = machine.create("all-2");
    var third = machine.create("all-3");
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          List.of(
              each.submit(() -> published(first)),
              each.submit(() -> bridged(second)),
              each.submit(() -> bridgedAndPublished(third)),
              each.submit(() -> internalAndWeb(second)));
      for (var one : all) {
        one.get();
      }
    }
  }

  private static void published(TestVch vch) {
    vch.serve("test1", 80, "hello from test1", "-p", "8080:80");
    vch.fetch("http://" + vch.publicAddress() + ":8080/").saying("hello from test1");
  }

  private static void bridged(TestVch vch) {
    vch.docker("network", "create", "-d", "bridge", "my-bridge-network").ok();
    vch.docker("network", "ls").saying("my-bridge-network");
    vch.docker("run", "-d", "--net=my-bridge-network", "--name=server", "busybox", "sleep", "3600")
        .ok();
    vch.docker(
            "run",
            "--rm",
            "--net=my-bridge-network",
            "--name=client",
            "busybox",
            "ping",
            "-c",
            "2",
            "server")
        .saying("2 packets received");
  }

  private static void bridgedAndPublished(TestVch vch) {
    vch.docker("network", "create", "-d", "bridge", "my-bridge-network").ok();
    vch.serve("server", 5000, "Hello world!", "-p", "5000:5000", "--net=my-bridge-network");
    vch.fetch("http://" + vch.publicAddress() + ":5000/").saying("Hello world!");
    vch.docker(
            "run",
            "--rm",
            "--name=client",
            "--net=my-bridge-network",
            "busybox",
            "sh",
            "-c",
            "ping -c 1 server && timeout 5 wget -q -O - http://server:5000/")
        .saying("Hello world!");
  }

  private static void internalAndWeb(TestVch vch) {
    vch.docker("network", "create", "--internal", "bridge-db").ok();
    vch.docker("network", "create", "bridge-web").ok();
    vch.serve("db", 3306, "data", "--net", "bridge-db");
    vch.docker("create", "--name", "model", "--net", "bridge-db", "busybox", "sleep", "3600").ok();
    vch.docker("network", "connect", "bridge-web", "model").ok();
    vch.docker("start", "model").ok();
    vch.serve("view", 80, "this is view", "-p", "8080:80", "--net", "bridge-web");
    vch.fetch("http://" + vch.publicAddress() + ":8080/").saying("this is view");
    vch.docker("exec", "model", "timeout", "5", "wget", "-q", "-O", "-", "http://db:3306/")
        .saying("data");
    vch.docker("exec", "model", "timeout", "5", "wget", "-q", "-O", "-", "http://view/")
        .saying("this is view");
    assertThat(vch.docker("exec", "view", "ping", "-c", "1", "-W", "2", "db").status()).isNotZero();
    assertThat(
            vch.docker(
                    "exec",
                    "view",
                    "timeout",
                    "2",
                    "wget",
                    "-q",
                    "-O",
                    "-",
                    "http://" + vch.address("db") + ":3306/")
                .status())
        .isNotZero();
    assertThat(
            vch.docker(
                    "exec",
                    "db",
                    "timeout",
                    "2",
                    "wget",
                    "-q",
                    "-O",
                    "-",
                    "http://" + vch.address("view") + "/")
                .status())
        .isNotZero();
    assertThat(vch.docker("exec", "db", "ping", "-c", "1", "-W", "2", vch.publicAddress()).status())
        .isNotZero();
    assertThat(vch.docker("exec", "db", "ping", "-c", "1", "-W", "2", "192.168.218.1").status())
        .isNotZero();
  }
}
