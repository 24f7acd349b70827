package vch.portlayer.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {
  private final Town town = new Town();

  private Question parse(String from, String to) {
    return Question.parse(town.world.image, town.blue, from, to);
  }

  @ParameterizedTest
  @CsvSource({
    "web,                  OfContainer, ping",
    "web:80,               OfContainer, 80/tcp",
    "web:53/udp,           OfContainer, 53/udp",
    "web@bridge:80/TCP,    OfContainer, 80/tcp",
    "10.0.0.1,             Address,     ping",
    "10.0.0.1:9,           Address,     9/tcp",
    "fd00::1,              Address,     ping",
    "[fd00::1]:80/sctp,    Address,     80/sctp",
    "[fd00::1],            Address,     ping"
  })
  void targets(String text, String kind, String traffic) {
    town.run("web", "bridge");
    var question = parse("machine", text);
    assertThat(question.from()).isEqualTo(new From.Machine());
    assertThat(question.to().getClass().getSimpleName()).isEqualTo(kind);
    assertThat(question.traffic()).hasToString(traffic);
  }

  @Test
  void who_asks() {
    var web = town.run("web", "bridge");
    assertThat(parse("web", "web").from()).isEqualTo(new From.OfContainer(web.id()));
    assertThat(parse("172.16.0.2", "web").from()).isEqualTo(new From.OfContainer(web.id()));
    assertThat(parse("192.168.218.1", "web").from()).isEqualTo(new From.Machine());
    assertThat(parse("192.168.218.9", "web").from()).isInstanceOf(From.Stranger.class);
    assertThat(parse("8.8.8.8", "web").from()).isInstanceOf(From.Stranger.class);
    town.run("machine", "bridge"); // a container may be called so
    assertThat(parse("machine", "web").from()).isInstanceOf(From.OfContainer.class);
  }

  @ParameterizedTest
  @CsvSource({
    "weg,       did you mean web?",
    "websites,  did you mean web?",
    "xyz,       'there are db, web'",
    "web:0,     is no port",
    "web:x,     is no port",
    "web:80/x,  'it is tcp, udp or sctp'",
    "[fd00::1,  'has no '']'''",
    "224.0.0.1, is no address of one host",
    "web@nix,   network nix not found"
  })
  void what_is_wrong(String text, String said) {
    town.run("web", "bridge");
    town.run("db", "bridge");
    assertThatThrownBy(() -> parse("web", text)).hasMessageContaining(said.replace("''", "'"));
  }
}
