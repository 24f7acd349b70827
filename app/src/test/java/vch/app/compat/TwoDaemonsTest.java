package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two daemons on one machine never meet.
@Tag("compat")
class TwoDaemonsTest {
  @Test
  void two_daemons_in_two_network_namespaces_do_not_meet() {
    try (var one = TestMachine.started();
        var other = TestMachine.started()) {
      var blue = one.create("blue");
      var green = other.create("blue"); // the same name, subnet and ports: nobody minds
      assertThat(green.publicAddress()).isEqualTo(blue.publicAddress());
      blue.serve("web", 80, "one", "-p", "8080:80");
      green.serve("web", 80, "other", "-p", "8080:80");
      blue.fetch("http://" + blue.publicAddress() + ":8080/").saying("one");
      green.fetch("http://" + green.publicAddress() + ":8080/").saying("other");
      goesWhileTheOtherStays(one, blue, other, green, "other");
    }
  }

  @Test
  void two_daemons_in_one_network_namespace_leave_each_other_alone() {
    try (var one = TestMachine.started();
        var other = TestMachine.beside(one)) {
      other.startDaemon();
      var blue = one.create("blue");
      var green = other.create("blue");
      assertThat(green.publicAddress()).isNotEqualTo(blue.publicAddress());
      blue.serve("web", 80, "one", "-p", "8080:80");
      green.serve("web", 80, "other", "-p", "8080:80");
      one.killDaemon();
      one.startDaemon(); // looks at the whole machine
      other.killDaemon();
      other.startDaemon();
      assertThat(one.vch("plan").ok()).isEmpty();
      assertThat(other.vch("plan").ok()).isEmpty();
      blue.fetch("http://" + blue.publicAddress() + ":8080/").saying("one");
      green.fetch("http://" + green.publicAddress() + ":8080/").saying("other");
      goesWhileTheOtherStays(one, blue, other, green, "other");
    }
  }

  private static void goesWhileTheOtherStays(
      TestMachine one, TestVch blue, TestMachine other, TestVch green, String text) {
    var id = green.docker("ps", "-q", "--no-trunc").ok();
    blue.docker("rm", "-f", "web").ok();
    one.vch("delete", "--force", "--name", "blue").ok();
    assertThat(one.vch("plan").ok()).isEmpty();
    assertThat(green.docker("ps", "-q", "--no-trunc").ok()).isEqualTo(id);
    green.fetch("http://" + green.publicAddress() + ":8080/").saying(text);
    assertThat(other.vch("plan").ok()).isEmpty();
  }

  @Test
  void a_second_daemon_on_the_same_directories_is_refused() {
    try (var machine = TestMachine.started()) {
      var before = machine.vch("version").ok();
      assertThat(daemon(machine, machine.directory("elsewhere"), machine.run).err().strip())
          .isEqualTo(
              "vch daemon: another daemon runs on "
                  + machine.run
                  + "; stop it, or choose another --run-dir");
      assertThat(daemon(machine, machine.state, machine.directory("r2")).err().strip())
          .isEqualTo(
              "vch daemon: another daemon runs on "
                  + machine.state
                  + "; stop it, or choose another --state-dir");
      assertThat(machine.vch("version").ok()).isEqualTo(before);
    }
  }

  private static Ran daemon(TestMachine machine, Path state, Path run) {
    var ran =
        Command.run(
            Map.of(),
            new byte[0],
            List.of(
                "ip",
                "netns",
                "exec",
                machine.namespace,
                Command.home() + "/vch",
                "daemon",
                "--state-dir",
                state.toString(),
                "--run-dir",
                run.toString()));
    assertThat(ran.status()).as(ran.toString()).isEqualTo(1);
    return ran;
  }
}
