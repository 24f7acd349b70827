package vch.linux;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import vch.portlayer.address.Ip;
import vch.portlayer.reach.Traffic;

/// Real packets between namespaces, hundreds at a time: speaks with reach-probe.py, which has all
/// the sockets.
final class ReachProbe implements AutoCloseable {
  private final Path script;
  private final Process process;
  private final BufferedWriter to;
  private final BufferedReader from;

  /// Who asks what.
  record Ask(String name, Ip to, Traffic traffic) {
    @Override
    public String toString() {
      return name + " -> " + to + " " + traffic;
    }
  }

  /// What came of it.
  ///
  /// @param verdict `reached`, `refused` or `silence`
  /// @param by who answered; this and what follows is empty for pings and where nobody did
  /// @param seen from where the answering program was asked
  /// @param port at which port of its own it was asked
  record Heard(String verdict, String by, String seen, String port) {}

  ReachProbe() throws IOException {
    script = Files.createTempFile("reach-probe", ".py");
    try (var in = ReachProbe.class.getResourceAsStream("reach-probe.py")) {
      Files.write(script, java.util.Objects.requireNonNull(in).readAllBytes());
    }
    process =
        new ProcessBuilder("python3", script.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    to = process.outputWriter(StandardCharsets.UTF_8);
    from = process.inputReader(StandardCharsets.UTF_8);
  }

  void namespace(String name, Path path) {
    send("ns " + name + " " + path);
  }

  void tcp(String name, int port) {
    send("tcp " + name + " " + port);
  }

  void udp(String name, Ip address, int port) {
    send("udp " + name + " " + address + " " + port);
  }

  /// Waits until all listeners are there.
  void ready() {
    send("ready");
    flush();
    receive();
  }

  /// What comes of each, in their order, after at most `seconds`.
  List<Heard> ask(List<Ask> asks, double seconds) {
    for (int i = 0; i < asks.size(); i++) {
      var ask = asks.get(i);
      var what =
          switch (ask.traffic) {
            case Traffic.Ping _ -> "ping " + ask.to + " 0";
            case Traffic.OfPort(var port) ->
                port.protocol().text() + " " + ask.to + " " + port.number();
          };
      send("ask " + i + " " + ask.name + " " + what);
    }
    send("go " + seconds);
    flush();
    var out = new ArrayList<Heard>();
    asks.forEach(_ -> out.add(new Heard("", "", "", "")));
    for (var line = receive(); !line.equals("done"); line = receive()) {
      var words = line.split(" ", -1);
      var who = words.length > 2;
      out.set(
          Integer.parseInt(words[0]),
          new Heard(words[1], who ? words[2] : "", who ? words[3] : "", who ? words[4] : ""));
    }
    return out;
  }

  private void send(String line) {
    try {
      to.write(line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void flush() {
    try {
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String receive() {
    try {
      var line = from.readLine();
      if (line == null) {
        throw new IllegalStateException("reach-probe.py ended");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Listens at all of the ports, by all protocols.
  void listen(String name, Collection<Ip> addresses, List<Integer> ports) {
    for (var port : ports) {
      tcp(name, port);
      addresses.forEach(a -> udp(name, a, port));
      addresses.forEach(a -> send("sctp " + name + " " + a + " " + port));
    }
  }

  @Override
  public void close() throws Exception {
    to.close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    Files.delete(script);
  }
}
