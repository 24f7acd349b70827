package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;
import vch.portlayer.container.Device;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Ulimit;
import vch.portlayer.refusal.Refusal;

/// Bounds and devices of a create request, with Docker's checks and texts.
///
/// @param warnings about what the machine cannot do
record ResourcePart(
    Limits limits, List<Ulimit> ulimits, List<Device> devices, List<String> warnings) {
  private static final long MEMORY_BYTES_MIN = 6L * 1024 * 1024;

  /// Of the kernel: `MIN_SHARES` and `MAX_SHARES` of kernel/sched/sched.h.
  private static final long CPU_SHARES_MIN = 2;

  private static final long CPU_SHARES_MAX = 1 << 18;
  private static final long NANOS_PER_CPU = 1_000_000_000L;
  private static final long CPU_MICROS_MIN = 1_000;
  private static final long CPU_PERIOD_MICROS_MAX = 1_000_000;
  private static final Set<String> ULIMITS =
      Set.of(
          "as",
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");
  private static final Pattern ACCESS = Pattern.compile("(?!.*(.).*\\1)[rwm]{1,3}");
  private static final Pattern CPU_LIST =
      Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*");

  static ResourcePart of(ObjectNode host, Surroundings machine) {
    var warnings = new ArrayList<String>();
    var limits = limits(host, Limits.NONE, machine).with(FinePart.of(host, machine, warnings));
    return new ResourcePart(limits, ulimits(host), devices(host), warnings);
  }

  /// The bounds of a request; what it does not speak of (0, empty) stays as it was `before`.
  static Limits limits(ObjectNode host, Limits before, Surroundings machine) {
    long memory = or(Shape.Read.number(host, "Memory"), before.memoryBytes());
    long swap = or(Shape.Read.number(host, "MemorySwap"), before.memorySwapBytes());
    long reservation =
        or(Shape.Read.number(host, "MemoryReservation"), before.memoryReservationBytes());
    checkMemory(memory, swap, reservation);
    long nano = or(Shape.Read.number(host, "NanoCpus"), before.nanoCpus());
    long period = or(Shape.Read.number(host, "CpuPeriod"), before.cpuPeriodMicros());
    long quota = or(Shape.Read.number(host, "CpuQuota"), before.cpuQuotaMicros());
    checkCpu(nano, period, quota, machine.cpus());
    long shares = or(Shape.Read.number(host, "CpuShares"), before.cpuShares());
    require(shares >= 0, "invalid CPU shares (" + shares + "): value must be a positive integer");
    require(
        shares == 0 || (shares >= CPU_SHARES_MIN && shares <= CPU_SHARES_MAX),
        "invalid CPU shares ("
            + shares
            + "): allowed is from "
            + CPU_SHARES_MIN
            + " to "
            + CPU_SHARES_MAX);
    long oom = or(Shape.Read.number(host, "OomScoreAdj"), before.oomScoreAdj());
    require(
        oom >= -1000 && oom <= 1000,
        "Invalid value " + oom + ", range for oom score adj is [-1000, 1000]");
    long pids = or(Shape.Read.number(host, "PidsLimit"), before.pids());
    return new Limits(
        memory,
        swap,
        reservation,
        nano,
        shares,
        quota,
        period,
        cpus(Shape.Read.text(host, "CpusetCpus"), before.cpusetCpus(), "cpus", machine.cpus()),
        cpus(
            Shape.Read.text(host, "CpusetMems"),
            before.cpusetMems(),
            "mems",
            machine.memoryNodes()),
        pids < 0 ? -1 : pids,
        (int) oom,
        before.fine());
  }

  private static long or(long given, long before) {
    return given == 0 ? before : given;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Refusal.Invalid(otherwise);
    }
  }

  private static void checkMemory(long memory, long swap, long reservation) {
    require(memory == 0 || memory >= MEMORY_BYTES_MIN, "Minimum memory limit allowed is 6MB");
    require(
        memory == 0 || swap <= 0 || swap >= memory,
        "Minimum memoryswap limit should be larger than memory limit, see usage");
    require(
        memory != 0 || swap <= 0,
        "You should always set the Memory limit when using Memoryswap limit, see usage");
    require(
        swap >= -1,
        "invalid memory swap limit " + swap + ": -1 means unlimited, less has no meaning");
    require(
        reservation == 0 || reservation >= MEMORY_BYTES_MIN,
        "Minimum memory reservation allowed is 6MB");
    require(
        memory == 0 || reservation == 0 || memory >= reservation,
        "Minimum memory limit can not be less than memory reservation limit, see usage");
  }

  private static void checkCpu(long nano, long period, long quota, int cpus) {
    require(
        nano == 0 || period == 0,
        "Conflicting options: Nano CPUs and CPU Period cannot both be set");
    require(
        nano == 0 || quota == 0, "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    require(
        nano == 0 || (nano >= NANOS_PER_CPU / 100 && nano <= cpus * NANOS_PER_CPU),
        "Range of CPUs is from 0.01 to "
            + cpus
            + ".00, as there are only "
            + cpus
            + " CPUs available");
    require(
        period == 0 || (period >= CPU_MICROS_MIN && period <= CPU_PERIOD_MICROS_MAX),
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    require(
        quota <= 0 || quota >= CPU_MICROS_MIN,
        "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  }

  private static String cpus(String given, String before, String what, int available) {
    if (given.isEmpty()) {
      return before;
    }
    require(
        CPU_LIST.matcher(given).matches(),
        "Invalid value " + given + " for cpuset " + what + ": invalid format: " + given);
    for (var part : given.split(",", -1)) {
      var ends = part.split("-", -1);
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      require(first <= last, "Invalid value " + given + " for cpuset " + what);
      require(
          last < available,
          "Requested "
              + (what.equals("cpus") ? "CPUs" : "memory nodes")
              + " are not available - requested "
              + given
              + ", available: 0"
              + (available > 1 ? "-" + (available - 1) : ""));
    }
    return given;
  }

  private static List<Ulimit> ulimits(ObjectNode host) {
    var out = new ArrayList<Ulimit>();
    for (var ulimit : Shape.Read.objects(host, "Ulimits")) {
      var name = Shape.Read.text(ulimit, "Name").toLowerCase(Locale.ROOT);
      long soft = Shape.Read.number(ulimit, "Soft");
      long hard = Shape.Read.number(ulimit, "Hard");
      require(
          ULIMITS.contains(name),
          "invalid ulimit type: "
              + name
              + " (one of "
              + String.join(", ", new TreeSet<>(ULIMITS))
              + " is needed)");
      require(
          soft >= -1 && hard >= -1,
          "invalid ulimit " + name + ": limits must be at least -1, which means unlimited");
      require(
          hard == -1 || (soft != -1 && soft <= hard),
          "ulimit soft limit must be less than or equal to hard limit: " + soft + " > " + hard);
      out.add(new Ulimit(name, soft, hard));
    }
    return out;
  }

  private static List<Device> devices(ObjectNode host) {
    var out = new ArrayList<Device>();
    for (var device : Shape.Read.objects(host, "Devices")) {
      var source = Shape.Read.text(device, "PathOnHost");
      var target = Shape.Read.text(device, "PathInContainer");
      var access = Shape.Read.text(device, "CgroupPermissions");
      require(
          source.startsWith("/"),
          "bad format for path: " + source + ": the device must be an absolute path");
      require(
          target.isEmpty() || target.startsWith("/"),
          "bad format for path: " + target + ": the device must be an absolute path");
      require(
          access.isEmpty() || ACCESS.matcher(access).matches(), "invalid device mode: " + access);
      out.add(
          new Device(
              source, target.isEmpty() ? source : target, access.isEmpty() ? "rwm" : access));
    }
    return out;
  }
}
