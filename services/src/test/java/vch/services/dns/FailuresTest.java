package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import vch.portlayer.state.Change;
import vch.portlayer.state.Image;

/// What upstream servers cannot answer is not asked again for a while (RFC 9520).
class FailuresTest extends ServedTown {
  private static final Duration ROUND = Duration.ofMillis(50);

  private void bothSay(int rcode) {
    first.says = q -> List.of(FakeUpstream.response(q, rcode));
    second.says = first.says;
  }

  private int asked() {
    return first.asked.size();
  }

  private void pass(Duration time) {
    now.updateAndGet(t -> t.plus(time));
  }

  @Test
  void what_a_server_could_not_answer_is_not_asked_again_for_a_second_then_two() throws Exception {
    town.run("client", "127.1.0.2");
    town.run("other", "127.1.0.3");
    for (int rcode : new int[] {Rcode.SERVFAIL, Rcode.REFUSED}) {
      bothSay(rcode);
      var name = "broken" + rcode + ".example";
      int before = asked();
      for (int i = 0; i < 3; i++) {
        assertThat(ask(name).getRcode()).isEqualTo(rcode);
      }
      assertThat(ask("127.1.0.3", query(name, Type.A)).getRcode()).isEqualTo(rcode);
      assertThat(asked()).isEqualTo(before + 1);
      pass(FailureCache.FIRST);
      ask(name);
      pass(FailureCache.FIRST);
      ask(name);
      assertThat(asked()).isEqualTo(before + 2);
      pass(FailureCache.FIRST);
      first.says = q -> List.of(FakeUpstream.a(q, "9.9.9.9", 60));
      assertThat(data(ask(name))).containsExactly("9.9.9.9");
    }
  }

  @Test
  void silence_is_not_waited_for_again() throws Exception {
    serve(settings(64, ROUND));
    town.run("client", "127.1.0.2");
    first.says = _ -> List.of();
    assertThat(ask("silent.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    first.says = q -> List.of(FakeUpstream.a(q, "9.9.9.9", 60));
    int before = asked();
    var again = ask("silent.example");
    assertThat(again.getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(again.getQuestion()).isEqualTo(query("silent.example", Type.A).getQuestion());
    assertThat(asked()).isEqualTo(before);
    pass(FailureCache.FIRST);
    assertThat(data(ask("silent.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void another_question_about_the_name_is_asked() throws IOException {
    town.run("client", "127.1.0.2");
    bothSay(Rcode.SERVFAIL);
    ask("broken.example");
    bothSay(Rcode.NXDOMAIN);
    assertThat(ask("127.1.0.2", query("broken.example", Type.AAAA)).getRcode())
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(ask("127.1.0.2", unchecked("broken.example")).getRcode())
        .as("a signature that is wrong is no failure to who does not want it checked")
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(ask("broken.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  private static Message unchecked(String name) {
    var query = query(name, Type.A);
    query.getHeader().setFlag(Flags.CD);
    return query;
  }

  @Test
  void a_name_that_becomes_ours_is_answered_at_once() throws IOException {
    town.run("client", "127.1.0.2");
    bothSay(Rcode.SERVFAIL);
    assertThat(ask("web").getRcode()).isEqualTo(Rcode.SERVFAIL);
    town.run("web", "127.1.0.3");
    assertThat(data(ask("web"))).containsExactly("127.1.0.3");
  }

  @Test
  void a_vch_with_other_servers_asks_anew_and_so_it_does_when_it_has_the_first_again()
      throws IOException {
    town.run("client", "127.1.0.2");
    bothSay(Rcode.SERVFAIL);
    ask("broken.example");
    first.says = q -> List.of(FakeUpstream.a(q, "9.9.9.9", 0));
    configure(new Town(FIRST).image);
    assertThat(data(ask("broken.example"))).containsExactly("9.9.9.9");
    configure(new Town(FIRST, SECOND).image);
    assertThat(data(ask("broken.example"))).containsExactly("9.9.9.9");
  }

  private void configure(Image like) {
    var change = new Change.VchPut(like.vch(Town.VCH).orElseThrow());
    town.change(change);
    service.changed(town.image, List.of(change));
  }

  @Test
  void what_was_not_asked_for_want_of_room_is_no_failure() throws Exception {
    serve(settings(0, ROUND));
    town.run("client", "127.1.0.2");
    assertThat(ask("good.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(service.counts().refused()).isEqualTo(1);
    assertThat(ask("good.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(service.counts().refused()).isEqualTo(2);
  }
}
