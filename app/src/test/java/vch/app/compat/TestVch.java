package vch.app.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A VCH of a test machine and the real docker CLI against it.
public record TestVch(TestMachine machine, String name) {
  /// On a machine of its own, which is the test's to close.
  public static TestVch alone(String name) {
    var machine = TestMachine.started();
    try {
      return machine.create(name);
    } catch (RuntimeException | AssertionError e) {
      machine.close();
      throw e;
    }
  }

  public String host() {
    return "unix://" + machine.run.resolve(name).resolve("docker.sock");
  }

  public Ran docker(String... words) {
    return docker(new byte[0], words);
  }

  public Ran docker(byte[] input, String... words) {
    return Command.run(environment(), input, Command.words(List.of("docker"), words));
  }

  /// Plays a dialogue at a real terminal by expect(1), which finds `docker` set up as here. `want
  /// TEXT` waits for a text; where it does not come within ten seconds the script ends with status
  /// 97, or 98 when the program ended instead.
  Ran expect(String script) {
    var want =
        """
                set timeout 10
                proc want {text} {
                    global spawn_id
                    expect {
                        -ex $text {}
                        timeout { puts "\\n(no '$text' within 10 seconds)"; exit 97 }
                        eof { puts "\\n(the end instead of '$text')"; exit 98 }
                    }
                }
                """;
    try {
      var file = Files.createTempFile("dialogue", ".exp");
      Files.writeString(file, want + script);
      try {
        return Command.run(environment(), new byte[0], List.of("expect", file.toString()));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> environment() {
    return Map.of(
        "DOCKER_HOST", host(), "DOCKER_CONFIG", machine.state.resolve("docker-config").toString());
  }

  /// Runs docker with a further variable of the environment.
  public Ran dockerWith(String variable, String value, String... words) {
    var environment = new HashMap<>(environment());
    environment.put(variable, value);
    return Command.run(environment, new byte[0], Command.words(List.of("docker"), words));
  }

  /// A call of the API without a client that smooths things over: status, then the body.
  public Ran api(String method, String path, String... options) {
    var socket = machine.run.resolve(name).resolve("docker.sock").toString();
    var words =
        new ArrayList<>(
            List.of(
                "curl",
                "-s",
                "-m",
                "20",
                "--unix-socket",
                socket,
                "-X",
                method,
                "-w",
                "\n%{http_code}"));
    words.addAll(List.of(options));
    words.add("http://docker" + path);
    return Command.run(words.toArray(new String[0]));
  }

  public String publicAddress() {
    return machine.vch("inspect", "--name", name, "--format", "{{.Public.Address}}").ok();
  }

  public String id() {
    return machine.vch("inspect", "--name", name, "--format", "{{.ID}}").ok();
  }

  /// Address of a container on its first (or only) network.
  public String address(String container) {
    return docker(
            "inspect",
            "--format",
            "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}",
            container)
        .ok()
        .split(" ")[0];
  }

  /// What docker inspect says of a container.
  String inspect(String container, String format) {
    return docker("inspect", "--format", format, container).ok();
  }

  /// A field of what docker inspect says of a container's place on a network.
  String inspect(String container, String network, String field) {
    return inspect(
        container, "{{(index .NetworkSettings.Networks \"" + network + "\")." + field + "}}");
  }

  /// Runs a program in a container.
  Ran in(String container, String... words) {
    return docker(Command.words(List.of("exec", container), words).toArray(new String[0]));
  }

  /// One question, one second.
  boolean pings(String container, String to) {
    return in(container, "ping", "-c", "1", "-W", "1", to).status() == 0;
  }

  void importBusybox() {
    docker(BusyboxRoot.tar(), "import", "--change", "CMD [\"sh\"]", "-", "busybox")
        .saying("sha256:");
  }

  /// A container `box` that sleeps on, in /tmp and with WHO=box in its environment.
  void runBox() {
    docker("run", "-d", "--name", "box", "-e", "WHO=box", "-w", "/tmp", "busybox", "sleep", "3600")
        .ok();
  }

  /// A container that sleeps on.
  void sleeper(String container, String... options) {
    var words = Command.words(List.of("run", "-d", "--name", container), options);
    words.addAll(List.of("busybox", "sleep", "3600"));
    docker(words.toArray(new String[0])).ok();
  }

  /// All of them, running or not.
  void removeContainers() {
    var all = docker("ps", "-aq").ok().lines().toArray(String[]::new);
    if (all.length > 0) {
      docker(Command.words(List.of("rm", "-f"), all).toArray(String[]::new)).ok();
    }
  }

  /// A container that serves `text` at http://…:port/.
  public void serve(String container, int port, String text, String... options) {
    var words = new java.util.ArrayList<>(List.of("run", "-d", "--name", container));
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            "busybox",
            "sh",
            "-c",
            "mkdir -p /www; echo '"
                + text
                + "' >/www/index.html; exec httpd -f -p "
                + port
                + " -h /www"));
    docker(words.toArray(new String[0])).ok();
  }

  /// Fetches from the machine's namespace.
  public Ran fetch(String url) {
    return fetch(machine::here, url);
  }

  /// Asks up to five times, since a server needs a moment to listen.
  static Ran fetch(java.util.function.Function<String[], Ran> where, String url) {
    Ran last = where.apply(new String[] {"timeout", "2", "busybox", "wget", "-q", "-O", "-", url});
    for (int i = 0; i < 5 && last.status() != 0; i++) {
      last = where.apply(new String[] {"timeout", "2", "busybox", "wget", "-q", "-O", "-", url});
    }
    return last;
  }
}
