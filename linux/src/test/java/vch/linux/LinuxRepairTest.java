package vch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vch.engine.RunningEngine;
import vch.engine.fake.Samples;
import vch.engine.ledger.MemoryJournal;
import vch.engine.machine.NamespaceName;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;

/// Another administrator breaks what is ours; the engine hears of it and puts it right.
@Tag("lab")
class LinuxRepairTest {
  /// Far beyond what it takes; a test that runs into it has found that nobody repairs.
  private static final long PATIENCE_SECONDS = 30;

  private Optional<Lab> lab = Optional.empty();
  private Optional<LinuxMachine> machine = Optional.empty();
  private Optional<RunningEngine> engine = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    lab = Optional.of(new Lab());
    machine = Optional.of(lab.get().machine());
    engine =
        Optional.of(
            RunningEngine.start(new MemoryJournal(), machine.get(), InstantSource.system()));
    var changes = new ArrayList<Change>(Samples.blueCreated());
    for (int n = 1; n <= 3; n++) {
      changes.add(
          Samples.put(
              Samples.running(
                  Samples.publishing(Samples.container(n, 1), (20_000 + n) + ":80/tcp"))));
    }
    decide(changes);
  }

  private void decide(List<Change> changes) {
    engine.orElseThrow().decide(_ -> new Decision<>(changes, ""));
  }

  @AfterEach
  void stop() throws Exception {
    decide(
        List.of(
            new Change.VchRemoved(Samples.BLUE),
            new Change.PortGroupRemoved(Samples.VM_NETWORK),
            new Change.PortGroupRemoved(new PortGroupId("0000000000bb"))));
    engine.orElseThrow().close();
    machine.orElseThrow().close();
    lab.orElseThrow().close();
  }

  private void comesRight() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String plan = engine.orElseThrow().plan();
    while (!plan.isEmpty() && System.nanoTime() < until) {
      Thread.sleep(20); // between two looks; what is tested happens by itself
      plan = engine.orElseThrow().plan();
    }
    assertThat(plan).isEmpty();
    assertThat(engine.orElseThrow().failing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          e-b10eb10eb10e,   ip link del br-5c09e0000001
          e-b10eb10eb10e,   ip link set br-5c09e0000001 down
          e-b10eb10eb10e,   ip addr flush dev public
          e-b10eb10eb10e,   ip link set ve0010001x1 nomaster
          e-b10eb10eb10e,   nft flush ruleset
          e-b10eb10eb10e,   nft flush chain inet portlayer forward
          e-b10eb10eb10e,   nft add rule inet portlayer input accept
          e-b10eb10eb10e,   nft delete element inet portlayer pub_any { tcp . 20002 }
          e-b10eb10eb10e,   nft flush set bridge portlayer members
          c-c00000000002-1, ip link del eth0
          c-c00000000002-1, ip route del default
          c-c00000000002-1, ip addr flush dev eth0
          """)
  void what_somebody_breaks_is_put_right(String namespace, String command) throws Exception {
    var path = machine.orElseThrow().path(new NamespaceName(namespace));
    Lab.command(path, command.split(" ", -1));
    comesRight();
  }

  @ParameterizedTest
  @ValueSource(strings = {"e-b10eb10eb10e", "c-c00000000002-1"})
  void a_pin_that_somebody_takes_away_is_put_back_on_the_same_namespace(String namespace)
      throws Exception {
    var pin = machine.orElseThrow().path(new NamespaceName(namespace));
    var before = Files.getAttribute(pin, "unix:ino");
    assertThat(new ProcessBuilder("umount", pin.toString()).inheritIO().start().waitFor()).isZero();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!(Files.exists(pin) && Files.getAttribute(pin, "unix:ino").equals(before))
        && System.nanoTime() < until) {
      Thread.sleep(20); // between two looks
    }
    assertThat(Files.getAttribute(pin, "unix:ino")).isEqualTo(before);
    comesRight();
  }

  @Test
  void a_port_groups_bridge_is_put_right() throws Exception {
    Lab.command(
        machine.orElseThrow().path(NamespaceName.MACHINE), "ip", "link", "del", "pl00000000aa");
    comesRight();
  }
}
