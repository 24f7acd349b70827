package vch.compute.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import vch.compute.image.archive.ArchiveWriter;
import vch.portlayer.refusal.Refusal;

/// A small root file system around the distribution's static busybox, as a tar stream for
/// [vch.engine.compute.Images#importRoot]: an image for trying things out that needs no registry.
/// The same busybox gives the same image.
public final class BusyboxRoot {
  private static final long PROGRAM_BYTES_MAX = 16L << 20;
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      daemon:x:1:1:daemon:/usr/sbin:/bin/false
      www-data:x:33:33:www-data:/var/www:/bin/false
      nobody:x:65534:65534:nobody:/home:/bin/false
      """;
  private static final String GROUP =
      """
      root:x:0:
      daemon:x:1:
      www-data:x:33:
      nogroup:x:65534:
      """;

  private BusyboxRoot() {}

  /// Writes the root file system.
  ///
  /// @param busybox statically linked, `/bin/busybox` of Debian's package `busybox-static`
  /// @throws Refusal.Failed when there is no such program, or it needs libraries
  public static void write(Path busybox, OutputStream out) throws IOException {
    if (!Files.isExecutable(busybox)) {
      throw new Refusal.Failed(
          "There is no " + busybox + "; install the Debian package busybox-static");
    }
    if (Files.size(busybox) > PROGRAM_BYTES_MAX) {
      throw new Refusal.Failed(busybox + " is too large for busybox");
    }
    var program = Files.readAllBytes(busybox);
    if (interpreted(program)) {
      throw new Refusal.Failed(
          busybox + " needs shared libraries; install the Debian package busybox-static");
    }
    try (var tar = new ArchiveWriter(out, Instant.EPOCH)) {
      for (var name :
          List.of(
              "bin",
              "dev",
              "etc",
              "home",
              "proc",
              "sys",
              "usr",
              "usr/bin",
              "usr/sbin",
              "var",
              "var/www")) {
        tar.directory(name, 0755);
      }
      tar.directory("root", 0700);
      tar.directory("tmp", 01777);
      tar.file("bin/busybox", 0755, program);
      for (var applet : applets(busybox)) {
        tar.symbolicLink("bin/" + applet, "busybox");
      }
      tar.symbolicLink("usr/bin/env", "../../bin/busybox");
      tar.file("etc/passwd", 0644, PASSWD.getBytes(StandardCharsets.UTF_8));
      tar.file("etc/group", 0644, GROUP.getBytes(StandardCharsets.UTF_8));
      tar.file("etc/nsswitch.conf", 0644, "hosts: files dns\n".getBytes(StandardCharsets.UTF_8));
      tar.file("var/www/index.html", 0644, "<h1>It works</h1>\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static List<String> applets(Path busybox) throws IOException {
    var process =
        new ProcessBuilder(busybox.toString(), "--list").redirectErrorStream(true).start();
    process.getOutputStream().close();
    var names =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(n -> n.matches("[A-Za-z0-9_.\\[-]{1,32}") && !n.equals("busybox"))
            .distinct()
            .sorted()
            .toList();
    if (names.isEmpty()) {
      throw new Refusal.Failed(busybox + " --list names no applets");
    }
    return names;
  }

  /// Whether an ELF file of 64 bits has a program interpreter (PT_INTERP 3, elf.h).
  private static boolean interpreted(byte[] elf) {
    var data = java.nio.ByteBuffer.wrap(elf).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    if (elf.length < 64 || data.getInt(0) != 0x464c457f || elf[4] != 2) {
      return false;
    }
    long table = data.getLong(32);
    int size = Short.toUnsignedInt(data.getShort(54));
    int count = Short.toUnsignedInt(data.getShort(56));
    for (int i = 0; i < count; i++) {
      long at = table + (long) i * size;
      if (at >= 0 && at + 4 <= elf.length && data.getInt((int) at) == 3) {
        return true;
      }
    }
    return false;
  }
}
