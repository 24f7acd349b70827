package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/// Kea, a DHCP server, on a host of a LAN.
final class Kea implements AutoCloseable {
  private final Path directory;
  private final Process process;

  /// @param directory of its own
  /// @param pool what it gives, in CIDR notation or `first - last`
  /// @param options what it tells, by the names that Kea has for them
  Kea(
      Spot host,
      Path directory,
      int leaseSeconds,
      String subnet,
      String pool,
      Map<String, String> options) {
    this.directory = directory;
    var told =
        options.entrySet().stream()
            .map(o -> "{\"name\": \"%s\", \"data\": \"%s\"}".formatted(o.getKey(), o.getValue()))
            .collect(Collectors.joining(", "));
    try {
      Files.createDirectories(directory);
      var settings = directory.resolve("kea.json");
      Files.writeString(
          settings,
          """
          {"Dhcp4": {"interfaces-config": {"interfaces": ["eth0"]},
            "lease-database": {"type": "memfile", "persist": true, "name": "%s"},
            "valid-lifetime": %d,
            "loggers": [{"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 50,
              "output_options": [{"output": "stdout"}]}],
            "subnet4": [{"subnet": "%s", "pools": [{"pool": "%s"}], "option-data": [%s]}]}}
          """
              .formatted(directory.resolve("leases"), leaseSeconds, subnet, pool, told));
      var builder =
          new ProcessBuilder(
                  "nsenter", "--net=" + host.path(), "kea-dhcp4", "-c", settings.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile());
      builder
          .environment()
          .putAll(
              Map.of(
                  "KEA_PIDFILE_DIR", directory.toString(),
                  "KEA_LOCKFILE_DIR", directory.toString()));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What it has written about leases, a line each time that it gave, renewed or took one.
  String leases() {
    return text("leases");
  }

  String log() {
    return text("log");
  }

  private String text(String name) {
    try {
      return Files.readString(directory.resolve(name));
    } catch (NoSuchFileException _) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How often it has given or renewed the address.
  long given(String address) {
    return leases().lines().filter(l -> l.startsWith(address + ",")).count();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
