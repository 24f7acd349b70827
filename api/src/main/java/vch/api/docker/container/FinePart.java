package vch.api.docker.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.BlockIo;
import vch.portlayer.container.FineLimits;
import vch.portlayer.refusal.Refusal;

/// The bounds that few ask for, with Docker's checks and texts: swappiness, the OOM killer, real
/// time, block IO, device rules and the parent control group.
final class FinePart {
  private static final int WEIGHT_MIN = 10;
  private static final int WEIGHT_MAX = 1000;
  private static final Pattern DEVICE_RULE =
      Pattern.compile("[acb] ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) [rwm]{1,3}");

  private FinePart() {}

  /// @param warnings takes what is left out because the machine cannot do it
  static FineLimits of(ObjectNode host, Surroundings machine, List<String> warnings) {
    boolean noKill = Shape.Read.flag(host, "OomKillDisable");
    if (noKill && machine.cgroup2()) {
      warnings.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
    } else if (noKill && Shape.Read.number(host, "Memory") == 0) {
      warnings.add(
          "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running"
              + " out of resources.");
    }
    return new FineLimits(
        swappiness(host, machine, warnings),
        noKill && !machine.cgroup2(),
        realtime(host, "CpuRealtimeRuntime"),
        realtime(host, "CpuRealtimePeriod"),
        blockIo(host, machine, warnings),
        deviceRules(host),
        parent(Shape.Read.text(host, "CgroupParent")));
  }

  private static Refusal.Invalid wrong(String text) {
    return new Refusal.Invalid(text);
  }

  private static int swappiness(ObjectNode host, Surroundings machine, List<String> warnings) {
    long value = host.path("MemorySwappiness").asLong(-1);
    if (value < -1 || value > 100) {
      throw wrong("Invalid value: " + value + ", valid memory swappiness range is 0-100");
    }
    if (value >= 0 && machine.cgroup2()) {
      warnings.add(
          "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.");
      return -1;
    }
    return (int) value;
  }

  private static long realtime(ObjectNode host, String field) {
    long micros = Shape.Read.number(host, field);
    if (micros < 0) {
      throw wrong("HostConfig." + field + " must not be negative, but is " + micros);
    }
    long period = Shape.Read.number(host, "CpuRealtimePeriod");
    if (field.equals("CpuRealtimeRuntime") && period != 0 && micros > period) {
      throw wrong("cpu real-time runtime cannot be higher than cpu real-time period");
    }
    return micros;
  }

  private static BlockIo blockIo(ObjectNode host, Surroundings machine, List<String> warnings) {
    long weight = weight(host, machine, warnings);
    var weights = new ArrayList<BlockIo.Weight>();
    for (var entry : Shape.Read.objects(host, "BlkioWeightDevice")) {
      weights.add(
          new BlockIo.Weight(
              device(entry, machine), (int) checked(Shape.Read.number(entry, "Weight"))));
    }
    if (!weights.isEmpty() && !machine.blockWeights()) {
      warnings.add(
          "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.");
      weights.clear();
    }
    var rates = new ArrayList<BlockIo.Rate>();
    rates(rates, host, "BlkioDeviceReadBps", BlockIo.What.READ_BYTES, machine);
    rates(rates, host, "BlkioDeviceWriteBps", BlockIo.What.WRITE_BYTES, machine);
    rates(rates, host, "BlkioDeviceReadIOps", BlockIo.What.READ_OPERATIONS, machine);
    rates(rates, host, "BlkioDeviceWriteIOps", BlockIo.What.WRITE_OPERATIONS, machine);
    return new BlockIo((int) weight, weights, rates);
  }

  /// 0 where nothing was asked for, or the machine has no weights.
  static long weight(ObjectNode host, Surroundings machine, List<String> warnings) {
    long weight = Shape.Read.number(host, "BlkioWeight");
    if (weight != 0 && !machine.blockWeights()) {
      warnings.add(
          "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
      return 0;
    }
    return weight == 0 ? 0 : checked(weight);
  }

  private static long checked(long weight) {
    if (weight < WEIGHT_MIN || weight > WEIGHT_MAX) {
      throw wrong("range of blkio weight is from " + WEIGHT_MIN + " to " + WEIGHT_MAX);
    }
    return weight;
  }

  private static void rates(
      List<BlockIo.Rate> out,
      ObjectNode host,
      String field,
      BlockIo.What what,
      Surroundings machine) {
    for (var entry : Shape.Read.objects(host, field)) {
      long rate = Shape.Read.number(entry, "Rate");
      if (rate < 0) {
        throw wrong("HostConfig." + field + ": the rate " + rate + " must not be negative");
      }
      out.add(new BlockIo.Rate(what, device(entry, machine), rate));
    }
  }

  private static String device(ObjectNode entry, Surroundings machine) {
    var path = Shape.Read.text(entry, "Path");
    if (!path.startsWith("/") || !machine.pathExists().test(Path.of(path))) {
      throw wrong("stat " + path + ": no such file or directory");
    }
    return path;
  }

  private static List<String> deviceRules(ObjectNode host) {
    var rules = Shape.Read.texts(host, "DeviceCgroupRules");
    for (var rule : rules) {
      if (!DEVICE_RULE.matcher(rule).matches()) {
        throw wrong("invalid device cgroup rule format: '" + rule + "'");
      }
    }
    return rules;
  }

  private static String parent(String given) {
    if (given.isEmpty()) {
      return "";
    }
    if (!given.matches("[^\\p{Cntrl}:]{1,1024}") || given.endsWith(".slice")) {
      throw wrong(
          "invalid cgroup parent \""
              + given
              + "\": the path of a control group, such as /apps, is needed");
    }
    var clean = MountPart.clean("/" + given);
    return clean.equals("/") ? "" : clean;
  }
}
