package vch.portlayer.container;

import java.time.Duration;
import java.util.List;

/// How to find out whether a container is well: a program that is run inside it now and then, and
/// ends with 0 when all is well.
///
/// @param command program and its arguments, a shell among them where one is needed; never empty
/// @param interval between the end of a probe and the next
/// @param timeout a probe that takes longer has failed
/// @param startPeriod failures in this time after a start do not count, until the first success
/// @param startInterval between probes in that time, until the first success
/// @param retries so many failures one after the other make it unhealthy
public record HealthCheck(
    List<String> command,
    Duration interval,
    Duration timeout,
    Duration startPeriod,
    Duration startInterval,
    int retries) {
  public static final Duration INTERVAL = Duration.ofSeconds(30);
  public static final Duration TIMEOUT = Duration.ofSeconds(30);
  public static final Duration START_PERIOD = Duration.ZERO;
  public static final Duration START_INTERVAL = Duration.ofSeconds(5);
  public static final int RETRIES = 3;

  public HealthCheck {
    command = List.copyOf(command);
  }
}
