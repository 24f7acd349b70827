package vch.kernel.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.rtnl.LinkInfo;
import vch.kernel.rtnl.LinkMessages;
import vch.kernel.rtnl.Rtnl;

@Tag("lab")
final class GateTest {
  private final Gate gate = Gate.open();

  @TempDir private Path directory = Path.of("");

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void a_socket_opened_inside_stays_inside_and_the_gate_comes_home() throws Exception {
    var home = gate.in(gate.home(), () -> Files.readSymbolicLink(Path.of(NamespaceCalls.OWN)));
    try (var namespace = gate.make(() -> {});
        var rtnl = gate.in(namespace, Rtnl::open)) {
      assertThat(rtnl.links()).extracting(LinkInfo::name).doesNotContain("eth0").contains("lo");
      rtnl.request(LinkMessages.bridge("br0")).check("add", "br0");
      assertThat(rtnl.link("br0")).isPresent();
      assertThat(gate.in(gate.home(), () -> Files.readSymbolicLink(Path.of(NamespaceCalls.OWN))))
          .isEqualTo(home);
    }
    assertThat(Strangers.find()).isEmpty();
  }

  @Test
  void what_fails_inside_is_told_and_the_gate_goes_on() throws Exception {
    try (var namespace = gate.make(() -> {})) {
      assertThatThrownBy(
              () ->
                  gate.in(
                      namespace,
                      () -> {
                        throw new IOException("no luck");
                      }))
          .isInstanceOf(IOException.class)
          .hasMessage("no luck");
      assertThat(gate.in(namespace, () -> 1)).isEqualTo(1);
    }
    assertThat(Strangers.find()).isEmpty();
  }

  @Test
  void a_thread_started_on_the_gate_is_found() throws Exception {
    var begun = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    try (var namespace = gate.make(() -> {})) {
      var stranger =
          gate.in(
              namespace,
              () ->
                  Thread.ofPlatform()
                      .name("lost")
                      .start(
                          () -> {
                            begun.countDown();
                            try {
                              end.await();
                            } catch (InterruptedException e) {
                              Thread.currentThread().interrupt();
                            }
                          }));
      try {
        begun.await(); // a thread has its name only from then on
        assertThat(Strangers.find()).containsExactly("lost");
      } finally {
        end.countDown();
        stranger.join();
      }
    }
  }

  @Test
  void a_pin_keeps_a_namespace_under_a_name() throws Exception {
    var pins = new Pins(directory.resolve("netns"));
    try {
      try (var namespace = gate.make(() -> {});
          var rtnl = gate.in(namespace, Rtnl::open)) {
        rtnl.request(LinkMessages.bridge("kept")).check("add", "kept");
        pins.add("one", namespace);
        assertThatThrownBy(() -> pins.add("one", namespace))
            .isInstanceOfSatisfying(
                KernelException.class, e -> assertThat(e.is(Errno.EEXIST)).isTrue());
      }
      assertThat(pins.names()).isEqualTo(List.of("one"));
      try (var again = pins.open("one").orElseThrow();
          var rtnl = gate.in(again, Rtnl::open)) {
        assertThat(rtnl.link("kept")).isPresent();
      }
      assertThat(pins.open("two")).isEmpty();
      assertThatThrownBy(() -> pins.path("../two")).isInstanceOf(IllegalArgumentException.class);
      Files.createFile(pins.path("left")); // a process died between making the file and the mount
      assertThat(pins.open("left")).isEmpty();
      try (var namespace = gate.make(() -> {})) {
        pins.add("left", namespace);
      }
      assertThat(new Pins(directory.resolve("netns")).names()).containsExactly("left", "one");
    } finally {
      for (var name : List.of("one", "left", "never")) {
        pins.remove(name);
      }
      pins.closeIfEmpty();
    }
    assertThat(directory.resolve("netns")).isEmptyDirectory();
  }
}
