package vch.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vch.app.compat.TestMachine;
import vch.app.compat.TestVch;

/// Debian's docker-registry on the loopback of a test machine, without a password.
record Registry(TestMachine machine, Process process) implements AutoCloseable {
  static final String ADDRESS = "127.0.0.1:5000";

  static Registry start(TestMachine machine) {
    try {
      var directory = Files.createDirectories(machine.state.resolve("registry"));
      Files.writeString(
          directory.resolve("config.yml"),
          "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: "
              + directory.resolve("data")
              + "}}\nhttp: {addr: '"
              + ADDRESS
              + "'}\n");
      var process =
          new ProcessBuilder(
                  "ip",
                  "netns",
                  "exec",
                  machine.namespace,
                  "docker-registry",
                  "serve",
                  directory.resolve("config.yml").toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      return new Registry(machine, process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Copies an image of a VCH to the registry.
  void push(TestVch vch, String image, String name) {
    Path tar = machine.state.resolve("registry").resolve("push.tar");
    vch.docker("save", "-o", tar.toString(), image).ok();
    TestMachine.until(
        "the registry takes the image",
        () ->
            machine
                    .here(
                        "skopeo",
                        "copy",
                        "--dest-tls-verify=false",
                        "docker-archive:" + tar,
                        "docker://" + ADDRESS + "/" + name)
                    .status()
                == 0);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
