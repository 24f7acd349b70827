package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.linux.LinuxDatagrams;
import vch.portlayer.address.Ip;
import vch.portlayer.vch.VchId;

/// How many questions may wait for a server that does not answer: 4 in all, 3 of a VCH, 1 of each
/// VCH in any case.
@Timeout(60)
class ForwarderTest {
  private static final Ip SILENT = Ip.parse("127.0.0.53");

  private final CountDownLatch gate = new CountDownLatch(1);
  private final BlockingQueue<Optional<Found>> answers = new LinkedBlockingQueue<>();
  private FakeUpstream upstream;
  private Forwarder forwarder;

  @BeforeEach
  void begin() throws Exception {
    upstream = ServedTown.patiently(() -> new FakeUpstream(SILENT.toString(), 0));
    upstream.says =
        q -> {
          try {
            gate.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return List.of(FakeUpstream.a(q, "9.9.9.9", 0));
        };
    var settings =
        new DnsSettings(
            0,
            0,
            upstream.port(),
            Duration.ofMinutes(5),
            1,
            Duration.ZERO,
            new DnsSettings.Limits(4, 3, 1, 64),
            1 << 20,
            new DnsSettings.Limits(1, 1, 1, 1),
            Duration.ofSeconds(1));
    var exchange =
        new Exchange(
            new Sockets(ForwarderTest::opening, LinuxDatagrams::open), settings, new Random(1));
    var cache = new AnswerCache(1 << 20, () -> Instant.EPOCH);
    var failures = new FailureCache(() -> Instant.EPOCH);
    forwarder = new Forwarder(exchange, cache, failures, new Counters(), settings);
  }

  private static <T> T opening(NamespaceName namespace, Callable<T> opening) throws Exception {
    return opening.call();
  }

  @AfterEach
  void end() throws Exception {
    gate.countDown();
    upstream.close();
  }

  private boolean ask(String vch, int question) {
    var name = Name.fromConstantString("q" + question + ".example.");
    return forwarder.ask(
        new Asker.At(new VchId(vch), Ip.parse("10.0.0.2")),
        new AnswerCache.Key(
            new Upstreams(NamespaceName.MACHINE, List.of(SILENT)),
            new Question(name, Type.A, DClass.IN, false, true)),
        answers::add);
  }

  @Test
  void one_vch_does_not_take_the_questions_of_the_others() throws Exception {
    assertThat(List.of(ask("a", 1), ask("a", 2), ask("a", 3))).containsOnly(true);
    assertThat(ask("a", 4)).as("beyond those of a VCH").isFalse();
    assertThat(ask("a", 1)).as("in flight already").isTrue();
    assertThat(ask("b", 5)).isTrue();
    assertThat(ask("b", 6)).as("beyond those of all").isFalse();
    assertThat(ask("c", 7)).as("one is sure").isTrue();
    assertThat(ask("c", 8)).isFalse();
    assertThat(ask("d", 9)).isTrue();
    gate.countDown();
    for (int i = 0; i < 7; i++) {
      assertThat(answers.take()).isPresent();
    }
    assertThat(List.of(ask("a", 1), ask("a", 2), ask("a", 3))).containsOnly(true);
  }
}
