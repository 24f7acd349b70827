package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;
import vch.linux.LinuxDatagrams;
import vch.portlayer.refusal.Refusal;

/// The service itself: how it starts and stops.
class DnsServiceTest extends ServedTown {
  @Test
  void starts_once_stops_and_says_why_it_cannot() throws Exception {
    service.start(Town.VCH);
    var at = server();
    service.stop(Town.VCH);
    service.stop(Town.VCH);
    try (var taken =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), at.getPort()))) {
      var one = new DnsSettings.Limits(1, 1, 1, 1);
      var settings =
          new DnsSettings(
              taken.getLocalPort(),
              0,
              53,
              Duration.ofSeconds(1),
              1,
              Duration.ofSeconds(1),
              one,
              1,
              one,
              Duration.ofSeconds(1));
      var other =
          closing(
              new DnsService(
                  () -> town.image,
                  this::opening,
                  LinuxDatagrams::open,
                  directory.resolve("none"),
                  settings,
                  now::get,
                  new Random(1)));
      assertThatThrownBy(() -> other.start(Town.VCH))
          .isInstanceOf(Refusal.Failed.class)
          .hasMessage(
              "the name service of VCH blue cannot listen on port "
                  + taken.getLocalPort()
                  + ": address already in use");
    }
    patiently(
        () -> {
          service.start(Town.VCH);
          return service;
        });
    town.run("client", "127.1.0.2");
    assertThat(data(ask("client"))).containsExactly("127.1.0.2");
  }

  @Test
  void nothing_answers_after_stop() throws IOException {
    var at = server();
    service.stop(Town.VCH);
    try (var socket = client("127.1.0.2")) {
      socket.setSoTimeout(50);
      var wire = query("localhost", Type.A).toWire();
      socket.send(new DatagramPacket(wire, wire.length, at));
      assertThatThrownBy(() -> receive(socket)).isInstanceOf(SocketTimeoutException.class);
    }
  }
}
