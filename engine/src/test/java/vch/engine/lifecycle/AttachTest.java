package vch.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vch.engine.fake.Samples;
import vch.portlayer.address.Ip;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Resolver;
import vch.portlayer.refusal.Refusal;

class AttachTest {
  private static final String HEAD =
      "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\n"
          + "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

  private final House house = new House();

  @AfterEach
  void close() {
    house.close();
  }

  private String hosts(ContainerId id) {
    return house.processes.latest(id).orElseThrow().files().hosts();
  }

  private String resolvConf(ContainerId id) {
    return house.processes.latest(id).orElseThrow().files().resolvConf();
  }

  @Test
  void files_name_the_gateway_the_container_and_its_address() {
    var id = house.run(1);
    assertThat(resolvConf(id)).isEqualTo("nameserver 172.16.0.1\noptions ndots:0\n");
    assertThat(hosts(id)).isEqualTo(HEAD + "172.16.0.2\t" + id.brief() + "\n");
    assertThat(house.processes.latest(id).orElseThrow().files().hostname())
        .isEqualTo(id.brief() + "\n");
  }

  @Test
  void the_user_adds_hosts_search_domains_and_options() {
    var resolver =
        new Resolver(
            List.of(Ip.parse("9.9.9.9")),
            List.of("example.org", "lan"),
            List.of("ndots:2", "rotate"),
            List.of("db:10.1.2.3", "six:[2001:db8::1]", "machine:host-gateway"));
    var id = house.run(1, w -> w.hostname("web", "example.org").resolver(resolver));
    assertThat(resolvConf(id))
        .isEqualTo("nameserver 172.16.0.1\nsearch example.org lan\noptions ndots:2 rotate\n");
    assertThat(hosts(id))
        .isEqualTo(
            HEAD
                + "10.1.2.3\tdb\n2001:db8::1\tsix\n192.168.218.1\tmachine\n172.16.0.2\tweb.example.org web\n");
    var none =
        house.run(2, w -> w.resolver(new Resolver(List.of(), List.of("."), List.of(), List.of())));
    assertThat(resolvConf(none)).doesNotContain("search");
  }

  @Test
  void mode_none_has_no_address_and_asks_whom_the_user_named() {
    var id =
        house.run(
            1,
            w ->
                w.none()
                    .resolver(
                        new Resolver(
                            List.of(Ip.parse("9.9.9.9")), List.of(), List.of(), List.of())));
    assertThat(resolvConf(id)).isEqualTo("nameserver 9.9.9.9\noptions ndots:0\n");
    assertThat(hosts(id)).isEqualTo(HEAD);
  }

  @Test
  void links_stand_in_hosts() {
    house.run(1, w -> w.hostname("pg", ""));
    var id = house.run(2, w -> w.link("c1", "db"));
    assertThat(hosts(id))
        .isEqualTo(HEAD + "172.16.0.2\tdb pg c1\n172.16.0.3\t" + id.brief() + "\n");
    house.lives.rename(Samples.containerId(1), "postgres");
    house.time.settle();
    assertThat(hosts(id)).contains("172.16.0.2\tdb pg postgres");
    house.lives.restart(id, java.util.Optional.empty(), "");
    assertThat(hosts(id)).contains("172.16.0.2\tdb pg postgres");
  }

  @Test
  void connect_gives_a_running_container_its_place_and_rewrites_its_files() {
    var scope = house.scope(7, "back");
    var id = house.run(1);
    var sharer = house.run(2, w -> w.sharing("c1"));
    house.happened();
    var endpoint = house.lives.attachments().connect(id, House.request(77, "back"));
    assertThat(endpoint.link()).isEqualTo("eth1");
    assertThat(house.machine.text()).contains("eth1");
    assertThat(hosts(id))
        .endsWith(
            "172.16.0.2\t%1$s\n172.17.0.2\t%1$s\nfdb1:eb1:eb1::2\t%1$s\n".formatted(id.brief()));
    house.time.settle();
    assertThat(hosts(sharer)).isEqualTo(hosts(id));
    assertThat(house.event("connect").attributes())
        .isEqualTo(Map.of("name", "back", "type", "bridge", "container", id.value()));
    house.happened();
    assertThatThrownBy(() -> house.lives.attachments().connect(id, House.request(78, "back")))
        .isInstanceOf(Refusal.Forbidden.class);
    house.lives.attachments().disconnect(id, Samples.scopeId(1), false);
    assertThat(resolvConf(id)).startsWith("nameserver 172.17.0.1\n");
    assertThat(hosts(id)).doesNotContain("172.16.0.2");
    assertThat(house.happened()).containsExactly("network disconnect bridge");
    house.lives.attachments().disconnect(id, scope, false);
    assertThatThrownBy(() -> house.lives.attachments().disconnect(id, scope, false))
        .isInstanceOf(Refusal.Failed.class);
  }

  @Test
  void connect_of_a_stopped_container_waits_for_its_start() {
    house.scope(7, "back");
    var id = house.create(1);
    house.happened();
    house.lives.attachments().connect(id, House.request(77, "back"));
    assertThat(house.happened()).isEmpty();
    house.lives.start(id);
    assertThat(house.happened())
        .containsExactly("network connect bridge", "network connect back", "container start c1");
  }

  @Test
  void a_place_that_the_machine_cannot_make_is_given_back() {
    house.scope(7, "back");
    var id = house.run(1);
    house.machine.refuse(s -> s.object().key().toString().contains("eth1"));
    var before = house.of(id);
    assertThatThrownBy(() -> house.lives.attachments().connect(id, House.request(77, "back")))
        .isInstanceOf(Refusal.Failed.class);
    house.machine.refuse(_ -> false);
    assertThat(house.of(id)).isEqualTo(before);
  }

  @Test
  void force_does_not_mind_a_container_that_is_gone() {
    house.lives.attachments().disconnect(Samples.containerId(9), Samples.scopeId(1), true);
    assertThatThrownBy(
            () ->
                house
                    .lives
                    .attachments()
                    .disconnect(Samples.containerId(9), Samples.scopeId(1), false))
        .isInstanceOf(Refusal.NotFound.class);
  }
}
