package vch.app.compat;

import java.io.IOException;
import java.nio.file.Path;

/// Serves the files of a directory by HTTP, inside a namespace.
///
/// @param url with a slash at its end
record WebServer(String namespace, String url, Process process) implements AutoCloseable {
  static WebServer in(String namespace, String address, Path files) throws IOException {
    var listen = address + ":8099";
    var process =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                namespace,
                "busybox",
                "httpd",
                "-f",
                "-p",
                listen,
                "-h",
                files.toString())
            .start();
    var server = new WebServer(namespace, "http://" + listen + "/", process);
    TestMachine.until("a web server answers", server::answers);
    return server;
  }

  /// On a host of its own, on the network of the VCH's public role.
  static WebServer beside(TestVch vch, Path files) throws IOException {
    var address = vch.publicAddress().replaceAll("[0-9]+(/[0-9]+)?$", "78");
    var host = vch.machine().host("www", vch.machine().vmNetwork(), address + "/24");
    return in(host.namespace(), address, files);
  }

  /// Whatever it says.
  private boolean answers() {
    return Command.run("ip", "netns", "exec", namespace, "curl", "-s", "-o", "/dev/null", url)
            .status()
        == 0;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
