package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Queries over connections.
class DnsOverTcpTest extends ServedTown {
  @Test
  void cuts_a_datagram_and_gives_all_over_tcp() throws IOException {
    town.run("client", "127.1.0.2");
    var addresses = town.many("db", 200);
    var plain = ask("db");
    assertThat(plain.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(plain.numBytes()).isLessThanOrEqualTo(512);
    assertThat(data(plain))
        .hasSizeGreaterThan(20)
        .isSubsetOf(addresses); // for those who never ask over TCP
    var edns = query("db", Type.A);
    edns.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
    var larger = ask("127.1.0.2", edns);
    assertThat(larger.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(larger.numBytes()).isBetween(513, 1232);
    assertThat(larger.getOPT().getPayloadSize()).isEqualTo(1232);
    assertThat(data(overTcp("127.1.0.2", query("db", Type.A)).getFirst()))
        .containsExactlyInAnyOrderElementsOf(addresses);
  }

  @Test
  void several_queries_go_over_one_connection() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3");
    var answers =
        overTcp(
            "127.1.0.2",
            query("web", Type.A),
            query("example.org", Type.A),
            query("web", Type.AAAA));
    assertThat(answers).hasSize(3);
    assertThat(data(answers.get(0))).containsExactly("127.1.0.3");
    assertThat(data(answers.get(1))).containsExactly("9.9.9.9");
    assertThat(data(answers.get(2))).isEmpty();
  }

  @Test
  void connections_beyond_the_limit_are_closed() throws IOException {
    town.run("client", "127.1.0.2");
    for (int i = 0; i < 4; i++) {
      var socket = closing(new Socket());
      socket.bind(new InetSocketAddress("127.1.0.2", 0));
      socket.connect(server());
    }
    assertThatThrownBy(() -> overTcp("127.1.0.2", query("client", Type.A)))
        .isInstanceOf(IOException.class);
    assertThat(data(overTcp("127.1.0.3", query("localhost", Type.A)).getFirst()))
        .containsExactly("127.0.0.1");
  }

  private List<Message> overTcp(String from, Message... queries) throws IOException {
    try (var socket = new Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(server());
      for (var query : queries) {
        send(socket, query);
      }
      var out = new ArrayList<Message>();
      for (var _ : queries) {
        out.add(receive(socket));
      }
      return out;
    }
  }
}
