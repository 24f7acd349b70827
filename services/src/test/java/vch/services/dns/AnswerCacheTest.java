package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

class AnswerCacheTest {
  @Test
  void the_cache_is_bounded() throws IOException {
    var cache = new AnswerCache(10_000, () -> Instant.EPOCH);
    var upstreams = new Upstreams(NamespaceName.MACHINE, List.of(Ip.parse("127.0.0.51")));
    for (int i = 0; i < 1000; i++) {
      var query = ServedTown.query("n" + i + ".example", Type.A);
      cache.put(
          new AnswerCache.Key(upstreams, Question.of(query)),
          Found.of(FakeUpstream.a(query, "9.9.9.9", 60), 60));
    }
    assertThat(cache.size()).isBetween(5, 20);
    assertThat(
            cache.get(
                new AnswerCache.Key(
                    upstreams, Question.of(ServedTown.query("n999.example", Type.A)))))
        .isPresent();
  }
}
