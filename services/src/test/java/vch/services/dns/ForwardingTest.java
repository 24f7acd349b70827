package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.portlayer.container.Resolver;

/// What is asked of upstream servers, of which ones, and for whom.
class ForwardingTest extends ServedTown {
  @Test
  void forwards_what_is_not_ours_and_keeps_it_for_its_time_to_live() throws IOException {
    town.run("client", "127.1.0.2");
    assertThat(data(ask("example.org"))).containsExactly("9.9.9.9");
    now.updateAndGet(t -> t.plusSeconds(100));
    var kept = ask("EXAMPLE.org");
    assertThat(kept.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(200);
    ask("EXAMPLE.org");
    assertThat(first.asked).hasSize(1);
    assertThat(service.counts().cached()).isEqualTo(2);
    now.updateAndGet(t -> t.plusSeconds(201));
    first.says = q -> List.of(FakeUpstream.a(q, "8.8.4.4", 300));
    assertThat(data(ask("EXAMPLE.org"))).containsExactly("8.8.4.4");
    assertThat(service.counts().forwarded()).isEqualTo(2);
  }

  @Test
  void keeps_negative_answers_as_long_as_their_soa_says() throws IOException {
    town.run("client", "127.1.0.2");
    first.says = q -> List.of(FakeUpstream.nothing(q, Rcode.NXDOMAIN, 500, 30));
    for (int i = 0; i < 2; i++) {
      assertThat(ask("nobody").getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }
    assertThat(first.asked).hasSize(1);
    now.updateAndGet(t -> t.plusSeconds(31));
    ask("nobody");
    assertThat(first.asked).hasSize(2);
    first.says = q -> List.of(FakeUpstream.response(q, Rcode.NXDOMAIN)); // no SOA: not kept
    ask("noone");
    ask("noone");
    assertThat(first.asked).hasSize(4);
  }

  @Test
  void the_first_good_answer_wins() throws IOException {
    town.run("client", "127.1.0.2");
    first.says = _ -> List.of();
    second.says = q -> List.of(FakeUpstream.a(q, "7.7.7.7", 60));
    assertThat(data(ask("one.example"))).containsExactly("7.7.7.7");
    first.says = q -> List.of(FakeUpstream.response(q, Rcode.SERVFAIL));
    assertThat(data(ask("two.example"))).containsExactly("7.7.7.7");
    second.says = q -> List.of(FakeUpstream.response(q, Rcode.REFUSED));
    assertThat(ask("three.example").getRcode()).isIn(Rcode.SERVFAIL, Rcode.REFUSED);
  }

  @Test
  void a_server_that_cannot_answer_is_passed_on_when_the_others_have_had_their_grace()
      throws Exception {
    serve(settings(64, Duration.ofMinutes(5), Duration.ofMillis(50))); // no round is waited for
    town.run("client", "127.1.0.2");
    second.says = _ -> List.of();
    for (int refusal : new int[] {Rcode.SERVFAIL, Rcode.REFUSED}) {
      first.says = q -> List.of(FakeUpstream.response(q, refusal));
      assertThat(ask("broken" + refusal + ".example").getRcode()).isEqualTo(refusal);
    }
    assertThat(first.asked).as("once each").hasSize(2);
  }

  @Test
  void within_the_grace_a_good_answer_goes_before_one_that_came_earlier() throws Exception {
    serve(settings(64, Duration.ofMinutes(5), Duration.ofMinutes(5)));
    town.run("client", "127.1.0.2");
    var refused = new CountDownLatch(1);
    first.says =
        q -> {
          refused.countDown();
          return List.of(FakeUpstream.response(q, Rcode.REFUSED));
        };
    second.says =
        q -> {
          await(refused);
          return List.of(FakeUpstream.a(q, "7.7.7.7", 60));
        };
    assertThat(data(ask("slow.example"))).containsExactly("7.7.7.7");
  }

  @Test
  void the_end_of_a_round_is_the_end_once_a_server_has_answered() throws Exception {
    serve(settings(64, Duration.ofMillis(100), Duration.ofMinutes(5)));
    town.run("client", "127.1.0.2");
    first.says = q -> List.of(FakeUpstream.response(q, Rcode.SERVFAIL));
    second.says = _ -> List.of();
    for (int i = 0; i < 10; i++) {
      assertThat(ask("broken" + i + ".example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    }
    assertThat(first.asked).hasSize(10);
  }

  @Test
  void silence_is_asked_again_and_ends_in_servfail() throws Exception {
    serve(settings(64, Duration.ofMillis(100)));
    town.run("client", "127.1.0.2");
    var count = new AtomicInteger();
    first.says =
        q -> count.incrementAndGet() < 3 ? List.of() : List.of(FakeUpstream.a(q, "9.9.9.9", 60));
    assertThat(data(ask("slow.example"))).containsExactly("9.9.9.9");
    assertThat(new HashSet<>(first.askers))
        .as("each time from another port")
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(first.asked.stream().map(m -> m.getHeader().getID()).distinct())
        .as("each time with another id")
        .hasSizeGreaterThanOrEqualTo(3);
    first.says = _ -> List.of();
    assertThat(ask("silent.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(service.counts().failed()).isPositive();
  }

  @Test
  void an_answer_must_be_to_our_question() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q -> {
          var wrongId = FakeUpstream.a(q, "6.6.6.6", 60);
          wrongId.getHeader().setID(q.getHeader().getID() ^ 1);
          var wrongName = FakeUpstream.a(query("evil.example", Type.A), "6.6.6.6", 60);
          wrongName.getHeader().setID(q.getHeader().getID());
          var question = FakeUpstream.a(q, "6.6.6.6", 60);
          question.getHeader().unsetFlag(Flags.QR);
          return List.of(wrongId, wrongName, question, FakeUpstream.a(q, "9.9.9.9", 60));
        };
    assertThat(data(ask("good.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void what_is_cut_is_asked_for_over_tcp() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q -> {
          var cut = FakeUpstream.response(q, Rcode.NOERROR);
          cut.getHeader().setFlag(Flags.TC);
          return List.of(cut);
        };
    first.saysOverTcp = q -> List.of(FakeUpstream.a(q, "5.5.5.5", 60));
    assertThat(data(ask("long.example"))).containsExactly("5.5.5.5");
  }

  @Test
  void a_server_without_extensions_is_asked_without() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q ->
            List.of(
                q.getOPT() == null
                    ? FakeUpstream.a(q, "9.9.9.9", 60)
                    : FakeUpstream.response(q, Rcode.FORMERR));
    assertThat(data(ask("old.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void a_server_without_extensions_beside_a_silent_one_is_asked_again_in_the_same_round()
      throws Exception {
    serve(settings(64, Duration.ofMinutes(5))); // the silence of one round is never waited for
    town.run("client", "127.1.0.2");
    for (int refusal : new int[] {Rcode.FORMERR, Rcode.NOTIMP}) {
      first.says =
          q ->
              List.of(
                  q.getOPT() == null
                      ? FakeUpstream.a(q, "9.9.9.9", 60)
                      : FakeUpstream.response(q, refusal));
      second.says = _ -> List.of();
      assertThat(data(ask("old" + refusal + ".example"))).containsExactly("9.9.9.9");
    }
  }

  @Test
  void equal_questions_in_flight_are_asked_once_and_a_client_has_a_limit() throws Exception {
    serve(settings(2, Duration.ofSeconds(10)));
    town.run("client", "127.1.0.2");
    town.run("other", "127.1.0.3");
    var gate = new CountDownLatch(1);
    first.says =
        q -> {
          await(gate);
          return List.of(FakeUpstream.a(q, "9.9.9.9", 60));
        };
    try (var socket = client("127.1.0.2");
        var other = client("127.1.0.3")) {
      var same = query("same.example", Type.A);
      send(socket, same.toWire());
      send(socket, query("same.example", Type.A).toWire());
      var beyond = ask(socket, query("third.example", Type.A)); // the first answer that comes
      assertThat(beyond.getRcode()).isEqualTo(Rcode.SERVFAIL);
      send(other, query("same.example", Type.A).toWire()); // others are not bound by that
      gate.countDown();
      assertThat(data(receive(socket))).containsExactly("9.9.9.9");
      assertThat(data(receive(socket))).containsExactly("9.9.9.9");
      assertThat(data(receive(other))).containsExactly("9.9.9.9");
      assertThat(data(ask(socket, query("third.example", Type.A)))).containsExactly("9.9.9.9");
    }
    assertThat(service.counts().refused()).isEqualTo(1);
    assertThat(
            first.asked.stream()
                .filter(m -> m.getQuestion().getName().toString().equals("same.example."))
                .count())
        .isEqualTo(1);
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void an_internal_container_resolves_members_and_nothing_else() throws IOException {
    town.run("db", "127.2.0.2");
    assertThat(data(ask("127.2.0.2", query("db", Type.A)))).containsExactly("127.2.0.2");
    assertThat(ask("127.2.0.2", query("example.org", Type.A)).getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(ask("127.3.0.1", query("example.org", Type.A)).getRcode())
        .isEqualTo(Rcode.REFUSED); // no container
    assertThat(ask("127.3.0.1", query("db", Type.A)).getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(first.asked).isEmpty();
    assertThat(service.counts().refused()).isEqualTo(3);
  }

  @Test
  void servers_are_those_of_the_container_else_of_the_vch_else_of_the_machine() throws Exception {
    first.says = q -> List.of(FakeUpstream.a(q, "1.1.1.1", 60));
    second.says = q -> List.of(FakeUpstream.a(q, "2.2.2.2", 60));
    town = new Town(FIRST);
    town.run("client", "127.1.0.2");
    town.run("own", "127.1.0.3", new Resolver(List.of(SECOND), List.of(), List.of(), List.of()));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("1.1.1.1");
    assertThat(data(ask("127.1.0.3", query("x.example", Type.A)))).containsExactly("2.2.2.2");
    assertThat(openedIn).containsOnly(new NamespaceName("e-" + Town.VCH));
    town = new Town();
    town.run("client", "127.1.0.2");
    var file = directory.resolve("resolv.conf");
    assertThat(ask("127.1.0.2", query("x.example", Type.A)).getRcode()).isEqualTo(Rcode.SERVFAIL);
    Files.writeString(
        file, "# a comment\nsearch a b\nnameserver " + SECOND + "\nnameserver fe80::1%eth0\n");
    now.updateAndGet(t -> t.plusSeconds(2));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("2.2.2.2");
    assertThat(openedIn).contains(NamespaceName.MACHINE);
    Files.writeString(
        file, "nameserver " + FIRST + "\n# and more than before\n# so that it has another size\n");
    now.updateAndGet(t -> t.plusSeconds(2));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("1.1.1.1");
  }
}
