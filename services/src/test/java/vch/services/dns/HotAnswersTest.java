package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vch.portlayer.address.Ip;

class HotAnswersTest {
  private final HotAnswers hot = new HotAnswers(new Random(3));
  private final byte[] one = {0, 0, 1};
  private final byte[] two = {0, 0, 2};

  private static Ip client(int number) {
    return Ip.parse("10.0.0." + number);
  }

  private static byte[] query(int id, int rest) {
    return ByteBuffer.allocate(16).putShort((short) id).putInt(12, rest).array();
  }

  @Test
  void knows_a_question_by_its_bytes_and_its_asker_but_not_by_its_id() {
    hot.put(query(7, 5), 16, client(99), List.of(one, two), 1, 1000, true);
    var entry = hot.get(query(8, 5), 16, client(99), 999).orElseThrow();
    assertThat(entry.take(query(8, 5))).containsExactly(0, 8, 2);
    assertThat(entry.take(query(9, 5))).containsExactly(0, 9, 1);
    assertThat(entry.local()).isTrue();
    assertThat(hot.get(query(8, 6), 16, client(99), 999)).isEmpty();
    assertThat(hot.get(query(8, 5), 16, client(98), 999)).isEmpty();
    assertThat(hot.get(query(8, 5), 15, client(99), 999)).isEmpty();
  }

  @Test
  void two_clients_whose_addresses_have_the_same_hash_get_their_own_answers() {
    var a = Ip.parse("0:0:0:1::");
    var b = Ip.parse("::1f");
    hot.put(query(7, 5), 16, a, List.of(one), 0, 1000, true);
    assertThat(hot.get(query(7, 5), 16, b, 0)).isEmpty();
    hot.put(query(7, 5), 16, b, List.of(two), 0, 1000, true);
    assertThat(hot.get(query(7, 5), 16, a, 0).orElseThrow().take(query(7, 5))).isEqualTo(one);
    assertThat(hot.get(query(7, 5), 16, b, 0).orElseThrow().take(query(7, 5))).isEqualTo(two);
  }

  @Test
  void what_is_of_the_image_holds_until_cleared_and_all_else_for_a_second() {
    hot.put(query(7, 5), 16, client(99), List.of(one), 0, 5000, true);
    hot.put(query(7, 6), 16, client(99), List.of(two), 0, 5000, false);
    for (long now : new long[] {5000, 5999}) {
      assertThat(hot.get(query(8, 5), 16, client(99), now)).isPresent();
      assertThat(hot.get(query(8, 6), 16, client(99), now)).isPresent();
    }
    for (long now : new long[] {6000, 4999, 0}) { // the clock was set back
      assertThat(hot.get(query(8, 5), 16, client(99), now)).isPresent();
      assertThat(hot.get(query(8, 6), 16, client(99), now)).isEmpty();
    }
    hot.clear();
    assertThat(hot.get(query(8, 5), 16, client(99), 5000)).isEmpty();
  }

  @Test
  void keeps_its_own_copy_of_the_question() {
    var query = query(7, 5);
    hot.put(query, 16, client(99), List.of(one), 0, 1000, true);
    query[15] = 77;
    assertThat(hot.get(query(7, 5), 16, client(99), 0)).isPresent();
    assertThat(hot.get(query, 16, client(99), 0)).isEmpty();
  }

  @Test
  void is_bounded_and_keeps_no_long_questions() {
    for (int i = 0; i < 3 * HotAnswers.ENTRIES_MAX; i++) {
      hot.put(query(1, i), 16, client(1), List.of(one), 0, 1000, true);
      assertThat(hot.size()).isLessThanOrEqualTo(HotAnswers.ENTRIES_MAX);
    }
    hot.clear();
    hot.put(
        new byte[HotAnswers.QUERY_BYTES_MAX + 1],
        HotAnswers.QUERY_BYTES_MAX + 1,
        client(1),
        List.of(one),
        0,
        1000,
        true);
    hot.put(new byte[4], 4, client(1), List.of(one), 0, 1000, true);
    assertThat(hot.size()).isZero();
  }
}
