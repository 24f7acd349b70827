package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A small root file system around the distribution's static busybox (Debian's package
/// `busybox-static`), as a tar archive for `docker import`. The same busybox gives the same bytes.
public final class BusyboxRoot {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final List<String> DIRECTORIES =
      List.of(
          "",
          "bin",
          "dev",
          "etc",
          "home",
          "proc",
          "root",
          "sys",
          "tmp",
          "usr",
          "usr/bin",
          "usr/sbin",
          "var",
          "var/www");
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

  private final Path root;

  private BusyboxRoot(Path root) {
    this.root = root;
  }

  public static byte[] tar() {
    try {
      var place = Files.createTempDirectory("busybox-root");
      try {
        new BusyboxRoot(place.resolve("root")).make();
        return packed(place);
      } finally {
        Command.run("rm", "-r", place.toString()).ok();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] packed(Path place) throws IOException {
    var tar = place.resolve("tar");
    Command.run(
            "tar",
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--mtime=@0",
            "-C",
            place.resolve("root").toString(),
            "-cf",
            tar.toString(),
            ".")
        .ok();
    return Files.readAllBytes(tar);
  }

  private void make() throws IOException {
    for (var directory : DIRECTORIES) {
      mode(Files.createDirectories(root.resolve(directory)), 0755);
    }
    mode(root.resolve("root"), 0700);
    mode(root.resolve("tmp"), 01777);
    var busybox = Files.copy(BUSYBOX, root.resolve("bin/busybox"));
    mode(busybox, 0755);
    for (var applet : Command.run(BUSYBOX.toString(), "--list").ok().lines().toList()) {
      if (!applet.equals("busybox")) {
        Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
      }
    }
    Files.createSymbolicLink(root.resolve("usr/bin/env"), Path.of("../../bin/busybox"));
    file("etc/passwd", PASSWD);
    file("etc/group", GROUP);
    file("etc/nsswitch.conf", "hosts: files dns\n");
    file("var/www/index.html", "<h1>It works</h1>\n");
  }

  private void file(String name, String text) throws IOException {
    mode(Files.writeString(root.resolve(name), text), 0644);
  }

  private static void mode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }
}
