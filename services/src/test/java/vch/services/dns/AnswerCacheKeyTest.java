package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;

class AnswerCacheKeyTest {
  private static final Upstreams MACHINE = upstreams("machine", false, "10.0.0.1");

  private static Upstreams upstreams(String namespace, boolean inside, String... servers) {
    return new Upstreams(
        new NamespaceName(namespace), inside, List.of(servers).stream().map(Ip::parse).toList());
  }

  private static Question question(String name, int type, boolean dnssec, boolean checking) {
    return new Question(Name.fromConstantString(name), type, DClass.IN, dnssec, checking);
  }

  private static AnswerCache.Key key(Upstreams upstreams, Question question) {
    return new AnswerCache.Key(upstreams, question);
  }

  @Test
  void order_agrees_with_equality() {
    var plain = question("a.", Type.A, false, true);
    var keys =
        List.of(
            key(MACHINE, plain),
            key(MACHINE, question("A.", Type.A, false, true)),
            key(MACHINE, question("b.", Type.A, false, true)),
            key(MACHINE, question("a.", Type.AAAA, false, true)),
            key(MACHINE, question("a.", Type.A, true, true)),
            key(MACHINE, question("a.", Type.A, false, false)),
            key(upstreams("e-1", false, "10.0.0.1"), plain),
            key(upstreams("machine", true, "10.0.0.1"), plain),
            key(upstreams("machine", false, "10.0.0.2"), plain),
            key(upstreams("machine", false, "10.0.0.1", "10.0.0.2"), plain));
    for (var one : keys) {
      for (var other : keys) {
        assertThat(one.compareTo(other) == 0)
            .as("%s and %s", one, other)
            .isEqualTo(one.equals(other));
        assertThat(Integer.signum(one.compareTo(other)))
            .isEqualTo(-Integer.signum(other.compareTo(one)));
      }
    }
    assertThat(keys.get(0)).isEqualTo(keys.get(1));
  }
}
