package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What is not a proper query.
class ImproperQueryTest extends ServedTown {
  @Test
  void says_what_it_does_not_do() throws IOException {
    town.run("client", "127.1.0.2");
    var chaos =
        Message.newQuery(
            Record.newRecord(Name.fromConstantString("version.bind."), Type.TXT, DClass.CH));
    assertThat(ask("127.1.0.2", chaos).getRcode()).isEqualTo(Rcode.NOTIMP);
    assertThat(ask("127.1.0.2", query("client", Type.AXFR)).getRcode()).isEqualTo(Rcode.NOTIMP);
    var status = query("client", Type.A);
    status.getHeader().setOpcode(Opcode.STATUS);
    assertThat(ask("127.1.0.2", status).getRcode()).isEqualTo(Rcode.NOTIMP);
    var two = query("client", Type.A);
    two.addRecord(
        Record.newRecord(Name.fromConstantString("b."), Type.A, DClass.IN), Section.QUESTION);
    assertThat(ask("127.1.0.2", two).getRcode()).isEqualTo(Rcode.FORMERR);
    var version = query("client", Type.A);
    version.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
    assertThat(ask("127.1.0.2", version).getRcode()).isEqualTo(Rcode.BADVERS);
    var bits = query("client", Type.A);
    bits.addRecord(new OPTRecord(1232, 0, 0, 0xffff), Section.ADDITIONAL);
    assertThat(ask("127.1.0.2", bits).getOPT().getFlags())
        .as("only DO is said again (RFC 6891 section 6.1.4)")
        .isEqualTo(ExtendedFlags.DO);
    var noRecursion = query("example.org", Type.A);
    noRecursion.getHeader().unsetFlag(Flags.RD);
    assertThat(ask("127.1.0.2", noRecursion).getRcode()).isEqualTo(Rcode.REFUSED);
  }

  @Test
  void no_input_stops_it() throws IOException {
    town.run("client", "127.1.0.2");
    long seed = 11;
    var random = new Random(seed);
    var good = query("client", Type.A);
    try (var socket = client("127.1.0.2");
        var good2 = client("127.1.0.2")) {
      for (int i = 0; i < 3000; i++) {
        var wire = good.toWire();
        if (i % 3 == 0) {
          wire = new byte[random.nextInt(600)];
          random.nextBytes(wire);
        } else {
          for (int n = random.nextInt(4) + 1; n > 0; n--) {
            wire[random.nextInt(wire.length)] = (byte) random.nextInt();
          }
          wire =
              Arrays.copyOf(
                  wire, random.nextInt(wire.length + 1) + (i % 2 == 0 ? 0 : random.nextInt(20)));
        }
        send(socket, wire);
        if (i % 100 == 0) {
          assertThat(data(ask(good2, good)))
              .as("seed %s step %s", seed, i)
              .containsExactly("127.1.0.2");
        }
      }
    }
    assertThat(service.counts().malformed()).isPositive();
  }

  @Test
  void a_message_that_cannot_be_read_is_told_and_a_response_is_not() throws IOException {
    try (var socket = client("127.1.0.2")) {
      var broken =
          new byte[] {
            7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 'x'
          }; // a label that goes on past the end
      send(socket, broken);
      var answer = receive(socket);
      assertThat(answer.getRcode()).isEqualTo(Rcode.FORMERR);
      assertThat(answer.getHeader().getID()).isEqualTo(7 << 8 | 9);
      var response = query("a", Type.A);
      response.getHeader().setFlag(Flags.QR);
      send(socket, response.toWire());
      send(socket, new byte[] {1, 2, 3});
      send(socket, query("localhost", Type.A).toWire());
      assertThat(data(receive(socket))).containsExactly("127.0.0.1"); // the first that comes back
    }
  }
}
