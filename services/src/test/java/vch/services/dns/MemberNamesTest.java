package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import vch.portlayer.state.Change;

/// Names of the VCH.
class MemberNamesTest extends ServedTown {
  @Test
  void answers_names_of_members() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3", "www");
    for (int i = 0; i < 3; i++) { // the second time from what is ready
      for (var name : List.of("web", "WEB", "www", "web.net")) {
        var answer = ask(name);
        assertThat(data(answer)).containsExactly("127.1.0.3");
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isTrue();
        assertThat(answer.getSection(Section.ANSWER).getFirst().getTTL()).isZero();
        assertThat(answer.getQuestion().getName()).hasToString(name + ".");
      }
    }
    assertThat(service.counts().local()).isEqualTo(12);
    assertThat(service.counts().queries()).isEqualTo(12);
    assertThat(first.asked).isEmpty();
  }

  @Test
  void a_known_name_never_leaks() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3");
    for (int type : new int[] {Type.AAAA, Type.MX, Type.TXT, Type.SRV, Type.HTTPS}) {
      var answer = ask("127.1.0.2", query("web", type));
      assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
      assertThat(answer.getSection(Section.ANSWER)).isEmpty();
      assertThat(answer.getSection(Section.AUTHORITY))
          .hasOnlyElementsOfType(SOARecord.class)
          .hasSize(1);
    }
    assertThat(data(ask("127.1.0.2", query("3.0.1.127.in-addr.arpa", Type.PTR))))
        .containsExactly("web.net.");
    assertThat(ask("127.1.0.2", query("99.0.1.127.in-addr.arpa", Type.PTR)).getRcode())
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(data(ask("127.1.0.2", query("localhost", Type.A)))).containsExactly("127.0.0.1");
    assertThat(data(ask("127.1.0.2", query("localhost", Type.AAAA))))
        .containsExactly("0:0:0:0:0:0:0:1");
    assertThat(first.asked).isEmpty();
  }

  @Test
  void follows_a_rename_with_the_next_query() throws IOException {
    town.run("client", "127.1.0.2");
    var web = town.run("web", "127.1.0.3");
    assertThat(data(ask("web"))).containsExactly("127.1.0.3");
    town.change(new Change.ContainerPut(web.withName("www")));
    assertThat(data(ask("www"))).containsExactly("127.1.0.3");
    first.says = q -> List.of(FakeUpstream.nothing(q, Rcode.NXDOMAIN, 60, 60));
    assertThat(ask("web").getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void gives_several_addresses_in_turn() throws IOException {
    town.run("client", "127.1.0.2");
    var addresses = town.many("db", 3);
    var begins = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      var data = data(ask("db"));
      assertThat(data).containsExactlyInAnyOrderElementsOf(addresses);
      begins.add(data.getFirst());
    }
    assertThat(begins.subList(0, 3))
        .containsExactlyInAnyOrderElementsOf(addresses)
        .isEqualTo(begins.subList(3, 6));
  }
}
