package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

class FailureCacheTest {
  private static final NamespaceName BLUE = new NamespaceName("e-blue");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final FailureCache failures = new FailureCache(() -> now);

  private static AnswerCache.Key key(String name, NamespaceName namespace, String server) {
    return new AnswerCache.Key(
        new Upstreams(namespace, List.of(Ip.parse(server))),
        new Question(Name.fromConstantString(name), Type.A, DClass.IN, false, true));
  }

  private static AnswerCache.Key key(String name) {
    return key(name, BLUE, "10.0.0.1");
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  /// Lets it fail, and looks for how long that holds, in seconds.
  private int lasts(AnswerCache.Key key) {
    failures.failed(key, Rcode.SERVFAIL);
    int seconds = 0;
    while (failures.rcode(key).isPresent()) {
      seconds++;
      pass(Duration.ofSeconds(1));
    }
    return seconds;
  }

  @Test
  void holds_twice_as_long_each_time_up_to_half_a_minute() {
    var key = key("a.example.");
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < 7; i++) {
      seen.add(lasts(key));
    }
    assertThat(seen).containsExactly(1, 2, 4, 8, 16, 30, 30);
    assertThat(lasts(key("b.example."))).as("of another question").isEqualTo(1);
    failures.answered(key);
    assertThat(lasts(key)).as("once it was answered").isEqualTo(1);
    assertThat(lasts(key)).isEqualTo(2);
    pass(FailureCache.LONGEST);
    assertThat(lasts(key)).as("not asked for long").isEqualTo(1);
  }

  @Test
  void holds_for_what_was_asked_from_where_and_whom() {
    failures.failed(key("a.example.", BLUE, "10.0.0.1"), Rcode.REFUSED);
    assertThat(failures.rcode(key("A.Example.", BLUE, "10.0.0.1"))).hasValue(Rcode.REFUSED);
    assertThat(failures.rcode(key("a.example.", BLUE, "10.0.0.2"))).isEmpty();
    assertThat(failures.rcode(key("a.example.", new NamespaceName("e-red"), "10.0.0.1"))).isEmpty();
    assertThat(failures.rcode(key("b.example.", BLUE, "10.0.0.1"))).isEmpty();
  }

  @Test
  void what_was_asked_from_one_place_is_forgotten_together() {
    var red = key("a.example.", new NamespaceName("e-red"), "10.0.0.1");
    failures.failed(key("a.example."), Rcode.SERVFAIL);
    failures.failed(key("b.example."), Rcode.SERVFAIL);
    failures.failed(red, Rcode.SERVFAIL);
    failures.forget(BLUE);
    assertThat(failures.size()).isEqualTo(1);
    assertThat(failures.rcode(red)).isPresent();
  }

  @Test
  void is_bounded_and_the_oldest_goes_first() {
    for (int i = 0; i <= FailureCache.ENTRIES_MAX; i++) {
      failures.failed(key("n" + i + "."), Rcode.SERVFAIL);
    }
    assertThat(failures.size()).isEqualTo(FailureCache.ENTRIES_MAX);
    assertThat(failures.rcode(key("n0."))).isEmpty();
    assertThat(failures.rcode(key("n1."))).isPresent();
  }

  @Test
  void a_clock_that_is_set_back_ends_it() {
    failures.failed(key("a.example."), Rcode.SERVFAIL);
    pass(Duration.ofHours(-1));
    assertThat(failures.rcode(key("a.example."))).isEmpty();
    assertThat(lasts(key("a.example."))).isEqualTo(1);
  }
}
