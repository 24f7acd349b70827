package vch.portlayer.rule;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.SubnetCutter;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.SubnetConfig;
import vch.portlayer.scope.SubnetRequest;

/// The subnet of the default bridge: the one that was asked for (`--bip`, `--fixed-cidr`), else one
/// from the bridge network range. It keeps clear of roles and container networks.
final class DefaultSubnet {
  private DefaultSubnet() {}

  static Optional<SubnetConfig> of(CreateVch command, Obstacles obstacles, List<String> problems) {
    var subnet = command.defaultBridge().subnet();
    return subnet.isPresent()
        ? asked(subnet.get(), obstacles, problems)
        : cut(command, obstacles, problems);
  }

  private static Optional<SubnetConfig> asked(
      SubnetRequest request, Obstacles obstacles, List<String> problems) {
    SubnetConfig config;
    try {
      config = Subnets.read(List.of(request)).getFirst();
    } catch (Refusal e) {
      problems.add("the default bridge cannot be as --bip and --fixed-cidr say: " + e.getMessage());
      return Optional.empty();
    }
    obstacles
        .overlapping(config.subnet())
        .ifPresent(
            other ->
                problems.add(
                    "subnet "
                        + config.subnet()
                        + " of the default bridge (--bip, --fixed-cidr) overlaps "
                        + other.what()
                        + "; choose another"));
    return Optional.of(config);
  }

  private static Optional<SubnetConfig> cut(
      CreateVch command, Obstacles obstacles, List<String> problems) {
    var range = command.bridge().range();
    var free = SubnetCutter.cut(range, command.bridge().width(), obstacles.subnets());
    if (free.isEmpty()) {
      problems.add(
          "no subnet is left for the default bridge: bridge network range "
              + range
              + " overlaps the subnets of the roles"
              + (command.containerNetworks().networks().isEmpty()
                  ? ""
                  : " and of the container networks")
              + "; choose another --bridge-network-range");
    }
    return free.map(Subnets::automatic);
  }
}
