package vch.app.compat;

import java.util.List;

/// The port group `lan6` of kind nat with both families, 10.80.0.0/24 and fd80::/64.
///
/// @param vch `blue`, whose public role is there: 10.80.0.2 and [#PUBLIC]
/// @param neighbour a host there: 10.80.0.77 and [#NEIGHBOUR]
record Lan6(TestVch vch, TestMachine.Host neighbour) {
  static final String PUBLIC = "fd80::2";
  static final String NEIGHBOUR = "fd80::77";

  /// @param options of `vch create`
  static Lan6 of(TestMachine machine, String... options) {
    machine
        .vch(
            "portgroup",
            "create",
            "lan6",
            "--nat",
            "--subnet",
            "10.80.0.0/24",
            "--subnet",
            "fd80::/64")
        .ok();
    var role = List.of("--public-network", "lan6");
    var vch = machine.create("blue", Command.words(role, options).toArray(String[]::new));
    var link = machine.vch("portgroup", "inspect", "lan6", "--format", "{{.Link}}").ok();
    var neighbour = machine.host("nb", link, "10.80.0.77/24");
    neighbour.run("ip", "addr", "add", NEIGHBOUR + "/64", "dev", "eth0", "nodad").ok();
    return new Lan6(vch, neighbour);
  }
}
