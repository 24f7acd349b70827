package vch.services.dhcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import vch.portlayer.address.Ip;

/// A client that runs, whoever started it. Before anything is done to a process it is looked at: it
/// must be the client of this endpoint and no stranger that has its number by now.
///
/// @param handle tells processes apart that had one number one after the other
record ClientProcess(ClientFiles files, ProcessHandle handle) {
  private static final int SIGNAL_SECONDS_MAX = 5;

  /// The client of the endpoint, if one runs.
  static Optional<ClientProcess> find(ClientFiles files) {
    return ClientFiles.text(files.pid())
        .map(String::strip)
        .filter(t -> t.matches("[0-9]{1,10}"))
        .flatMap(t -> ProcessHandle.of(Long.parseLong(t)))
        .map(handle -> new ClientProcess(files, handle))
        .filter(ClientProcess::live)
        .filter(ClientProcess::isOurs);
  }

  /// True while it runs. The handle is that of one process, not of a number.
  boolean live() {
    return handle.isAlive() && !stat(0).equals("Z");
  }

  /// Only of use once the process is udhcpc: on its way there (setsid, nsenter) it may have no
  /// command line for a moment.
  private boolean isOurs() {
    try {
      var line = Files.readString(Path.of("/proc", pid(), "cmdline"), StandardCharsets.ISO_8859_1);
      return line.contains("\0-p\0" + files.pid() + "\0");
    } catch (IOException _) { // it has ended
      return false;
    }
  }

  private String pid() {
    return Long.toString(handle.pid());
  }

  /// True when it is in this network namespace.
  boolean in(Path namespace) {
    try {
      return Files.isSameFile(Path.of("/proc", pid(), "ns/net"), namespace);
    } catch (IOException _) { // one of them is gone
      return false;
    }
  }

  /// True when the link is there without this address: it was made anew, or somebody took the
  /// address away, and udhcpc does not look.
  boolean misses(Ip address, String link) {
    try {
      return network("dev").contains(" " + link + ":")
          && !network("fib_trie").contains("|-- " + address + "\n");
    } catch (IOException _) { // it has ended
      return false;
    }
  }

  /// A file on the namespace that the client is in, proc_pid_net(5).
  private String network(String file) throws IOException {
    return Files.readString(Path.of("/proc", pid(), "net", file), StandardCharsets.ISO_8859_1);
  }

  /// Has it ask for a longer lease now; its script looks at its settings then.
  void renew(Programs programs) {
    signal(programs, "-USR1", pid());
  }

  /// Ends it, the script that it may be running, and what that left behind, at once: there is
  /// nothing that it should still do.
  void kill(Programs programs) {
    if (!live()) {
      return;
    }
    if (leadsGroup()) {
      signal(programs, "-KILL", "-" + pid());
    }
    handle.destroyForcibly();
    try {
      handle.onExit().get(SIGNAL_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the DHCP client with pid " + pid() + " does not end", e);
    }
  }

  /// Always, but within the first milliseconds. Its group is its session's: nobody else's.
  private boolean leadsGroup() {
    return stat(2).equals(pid());
  }

  /// A field after the name, proc(5): 0 state, 1 parent, 2 group. Empty when the process is gone.
  private String stat(int field) {
    try {
      var stat = Files.readString(Path.of("/proc", pid(), "stat"), StandardCharsets.ISO_8859_1);
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field];
    } catch (IOException _) {
      return "";
    }
  }

  private void signal(Programs programs, String signal, String target) {
    try {
      new ProcessBuilder(programs.path("busybox"), "kill", signal, target)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(SIGNAL_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("send a signal to a DHCP client", e);
    }
  }
}
