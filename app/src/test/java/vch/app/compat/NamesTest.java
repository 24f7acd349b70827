package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.app.compat.Dns.A;
import static vch.app.compat.Dns.AAAA;
import static vch.app.compat.Dns.PTR;
import static vch.app.compat.Dns.TXT;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The name service, asked by containers over the wire and by their own resolver. What it does not
/// know goes to name servers of the test on the public network, which write down what they are
/// asked.
@Tag("compat")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamesTest {
  private static final String UPSTREAM = "192.168.218.53";
  private static final String OTHER_UPSTREAM = "192.168.218.54";
  private static final String DEAD_UPSTREAM = "192.168.218.55";

  private final TestMachine machine = new TestMachine();
  private final Traffic traffic = new Traffic();
  private TestVch vch = new TestVch(machine, "blue");
  private Dns.Upstream upstream;
  private Dns.Upstream other;

  NamesTest() {
    machine.startDaemon();
    vch = machine.create("blue", "--dns-server", DEAD_UPSTREAM, "--dns-server", UPSTREAM);
    var link = machine.vmNetwork();
    upstream =
        new Dns.Upstream(
            traffic,
            Spot.named(machine.host("u1", link, UPSTREAM + "/24").namespace()),
            "203.0.113.1");
    other =
        new Dns.Upstream(
            traffic,
            Spot.named(machine.host("u2", link, OTHER_UPSTREAM + "/24").namespace()),
            "203.0.113.2");
  }

  @BeforeAll
  void start() {
    vch.docker("network", "create", "red").ok();
    vch.docker("network", "create", "grey").ok();
    vch.docker("network", "create", "--internal", "inner").ok();
  }

  @AfterAll
  void stop() {
    traffic.close();
    machine.close();
  }

  @AfterEach
  void remove() {
    vch.removeContainers();
  }

  private Spot run(TestVch host, String name, String... options) {
    host.sleeper(name, options);
    return Spot.in(host, name);
  }

  private Spot run(String name, String... options) {
    return run(vch, name, options);
  }

  private String server(String network) {
    return vch.docker(
            "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", network)
        .ok();
  }

  private String on(String network, String container) {
    return vch.docker(
            "inspect",
            "--format",
            "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}",
            container)
        .ok();
  }

  @Test
  void a_container_goes_by_name_id_host_name_and_aliases() {
    run(
        "db",
        "--net",
        "red",
        "--hostname",
        "dbhost",
        "--network-alias",
        "data",
        "--network-alias",
        "Store");
    var asks = run("asks", "--net", "red");
    var far = run("far", "--net", "grey");
    var brief = vch.docker("inspect", "--format", "{{.Id}}", "db").ok().substring(0, 12);
    var db = on("red", "db");
    var red = server("red");
    for (var name :
        List.of(
            "db", "DB", "dbhost", "data", "store", "db.red", "data.red", brief, brief + ".red")) {
      assertThat(Dns.ask(traffic, asks, red, name, A)).as(name).isEqualTo(Dns.Reply.of(db));
      assertThat(Dns.ask(traffic, asks, red, name, AAAA)).as(name).isEqualTo(Dns.Reply.of());
    }
    assertThat(Dns.ask(traffic, asks, red, "db", TXT)).isEqualTo(Dns.Reply.of());
    assertThat(Dns.ask(traffic, asks, red, "asks", A))
        .as("itself")
        .isEqualTo(Dns.Reply.of(on("red", "asks")));
    vch.docker("exec", "asks", "ping", "-c", "1", "store").saying("(" + db + ")");
    vch.docker("exec", "asks", "nslookup", "-type=a", "db").saying(db);
    assertThat(Dns.ask(traffic, far, server("grey"), "db", A).data()).isEmpty();
    assertThat(Dns.ask(traffic, far, server("grey"), "db.red", A).data()).isEmpty();
    assertThat(vch.docker("exec", "asks", "cat", "/etc/resolv.conf").ok())
        .contains("nameserver " + red)
        .doesNotContain("192.168.218");
    // None of these went on.
    assertThat(upstream.asked)
        .noneMatch(
            q ->
                q.startsWith("data")
                    || q.startsWith("dbhost")
                    || q.startsWith("store")
                    || q.startsWith(brief));
  }

  @Test
  void several_owners_of_an_alias_take_turns() {
    run("one", "--net", "red", "--network-alias", "web");
    run("two", "--net", "red", "--network-alias", "web");
    run("three", "--net", "red", "--network-alias", "web");
    var asks = run("asks", "--net", "red");
    var all = List.of(on("red", "one"), on("red", "two"), on("red", "three"));
    var first = new HashSet<String>();
    for (int i = 0; i < 9; i++) {
      var data = Dns.ask(traffic, asks, server("red"), "web", A).data();
      assertThat(data).containsExactlyInAnyOrderElementsOf(all);
      first.add(data.getFirst());
    }
    assertThat(first).containsExactlyInAnyOrderElementsOf(all);
    vch.docker("stop", "-t", "0", "two").ok();
    assertThat(Dns.ask(traffic, asks, server("red"), "web", A).data())
        .containsExactlyInAnyOrder(all.get(0), all.get(2));
    vch.docker("start", "two").ok();
    assertThat(Dns.ask(traffic, asks, server("red"), "web", A).data())
        .containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void addresses_have_names() {
    run("db", "--net", "red");
    var asks = run("asks", "--net", "red");
    var far = run("far", "--net", "grey");
    assertThat(Dns.ask(traffic, asks, server("red"), Dns.reverse(on("red", "db")), PTR))
        .isEqualTo(Dns.Reply.of("db.red"));
    var unused = on("red", "db").replaceAll("[0-9]+$", "200");
    assertThat(Dns.ask(traffic, asks, server("red"), Dns.reverse(unused), PTR))
        .isEqualTo(Dns.Reply.code(3));
    assertThat(Dns.ask(traffic, far, server("grey"), Dns.reverse(on("red", "db")), PTR))
        .as("of another network")
        .isEqualTo(Dns.Reply.code(3));
    Dns.ask(traffic, asks, server("red"), Dns.reverse("198.51.100.1"), PTR);
    assertThat(upstream.asked)
        .contains("1.100.51.198.in-addr.arpa 12")
        .noneMatch(q -> q.endsWith(".172.in-addr.arpa 12"));
  }

  @Test
  void a_name_changes_and_goes_at_once() {
    run("old", "--net", "red");
    var asks = run("asks", "--net", "red");
    var address = on("red", "old");
    var red = server("red");
    assertThat(Dns.ask(traffic, asks, red, "old", A)).isEqualTo(Dns.Reply.of(address));
    vch.docker("rename", "old", "new").ok();
    assertThat(Dns.ask(traffic, asks, red, "new", A)).isEqualTo(Dns.Reply.of(address));
    assertThat(Dns.ask(traffic, asks, red, "old", A).data()).isEmpty();
    vch.docker("stop", "-t", "0", "new").ok();
    assertThat(Dns.ask(traffic, asks, red, "new", A).data()).isEmpty();
    vch.docker("start", "new").ok();
    assertThat(Dns.ask(traffic, asks, red, "new", A)).isEqualTo(Dns.Reply.of(address));
    assertThat(upstream.asked)
        .as("a stopped container's name does not leak")
        .noneMatch(q -> q.startsWith("new "));
    vch.docker("network", "disconnect", "red", "new").ok();
    assertThat(Dns.ask(traffic, asks, red, "new", A).data()).isEmpty();
    vch.docker("network", "connect", "--alias", "again", "red", "new").ok();
    assertThat(Dns.ask(traffic, asks, red, "again", A).data()).containsExactly(on("red", "new"));
  }

  @Test
  void the_default_bridge_has_no_names_but_links() {
    run("db", "--hostname", "dbhost", "-e", "SECRET=1", "--expose", "5432");
    run("plain");
    var linked = run("linked", "--link", "db:data");
    var address = vch.address("db");
    var bridge = server("bridge");
    assertThat(Dns.ask(traffic, Spot.in(vch, "plain"), bridge, "db", A).data()).isEmpty();
    assertThat(Dns.ask(traffic, Spot.in(vch, "plain"), bridge, "data", A).data()).isEmpty();
    assertThat(vch.docker("exec", "plain", "ping", "-c", "1", "db").status()).isNotZero();
    for (var name : List.of("data", "db", "dbhost")) {
      assertThat(Dns.ask(traffic, linked, bridge, name, A))
          .as(name)
          .isEqualTo(Dns.Reply.of(address));
      vch.docker("exec", "linked", "ping", "-c", "1", name).saying("(" + address + ")");
    }
    assertThat(Dns.ask(traffic, Spot.in(vch, "db"), bridge, "linked", A).data())
        .as("one way")
        .isEmpty();
    vch.docker("exec", "linked", "env")
        .saying("DATA_PORT_5432_TCP_ADDR=" + address)
        .saying("DATA_ENV_SECRET=1")
        .saying("DATA_NAME=/linked/data");
    vch.docker("rename", "db", "moved").ok();
    assertThat(Dns.ask(traffic, linked, bridge, "data", A))
        .as("after rename")
        .isEqualTo(Dns.Reply.of(address));
    TestMachine.until(
        "hosts follows the rename",
        () -> vch.docker("exec", "linked", "cat", "/etc/hosts").ok().contains("moved"));
    vch.docker("exec", "linked", "ping", "-c", "1", "data").saying("(" + address + ")");
    vch.docker("restart", "-t", "0", "linked").ok();
    vch.docker("exec", "linked", "ping", "-c", "1", "data").saying("(" + address + ")");
    vch.docker("stop", "-t", "0", "moved", "linked").ok();
    vch.docker("start", "linked").refused("Cannot link to a non running container: moved AS data");
    vch.docker("run", "-d", "--network-alias", "nick", "busybox", "sleep", "9")
        .refused("network-scoped alias");
  }

  @Test
  void links_on_a_network_are_private_to_who_declares_them() {
    run("db", "--net", "red");
    var linked = run("linked", "--net", "red", "--link", "db:data");
    var plain = run("plain", "--net", "red");
    assertThat(Dns.ask(traffic, linked, server("red"), "data", A))
        .isEqualTo(Dns.Reply.of(on("red", "db")));
    assertThat(Dns.ask(traffic, plain, server("red"), "data", A).data()).isEmpty();
    vch.docker("rename", "db", "moved").ok();
    assertThat(Dns.ask(traffic, linked, server("red"), "data", A))
        .isEqualTo(Dns.Reply.of(on("red", "moved")));
  }

  @Test
  void bridge_names_turns_names_on_there_too() {
    var named = machine.create("named", "--bridge-names");
    run(named, "db");
    // The client refuses --network-alias there by itself; connect lets it through.
    named.docker("network", "disconnect", "bridge", "db").ok();
    named.docker("network", "connect", "--alias", "data", "bridge", "db").ok();
    var asks = run(named, "asks");
    var bridge =
        named
            .docker(
                "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge")
            .ok();
    for (var name : List.of("db", "data", "db.bridge")) {
      assertThat(Dns.ask(traffic, asks, bridge, name, A))
          .as(name)
          .isEqualTo(Dns.Reply.of(named.address("db")));
    }
    machine.vch("delete", "--force", "--name", "named").ok();
  }

  @Test
  void what_is_not_ours_is_asked_upstream_once() {
    var asks = run("asks", "--net", "red");
    var red = server("red");
    for (int i = 0; i < 3; i++) {
      assertThat(Dns.ask(traffic, asks, red, "www.example.test", A))
          .as("one server of two is dead")
          .isEqualTo(Dns.Reply.of("203.0.113.1"));
    }
    assertThat(upstream.asked.stream().filter("www.example.test 1"::equals)).hasSize(1);
    assertThat(Dns.ask(traffic, asks, red, "www.example.test", AAAA)).isEqualTo(Dns.Reply.of());
    assertThat(Dns.ask(traffic, asks, red, "nowhere.example", A)).isEqualTo(Dns.Reply.code(3));
    vch.docker("exec", "asks", "ping", "-c", "1", "-W", "1", "name.example.test")
        .refused("203.0.113.1");
    var bridged = run("bridged");
    assertThat(Dns.ask(traffic, bridged, server("bridge"), "www.example.test", A))
        .isEqualTo(Dns.Reply.of("203.0.113.1"));
  }

  @Test
  void a_container_may_have_name_servers_search_and_hosts_of_its_own() {
    var asks =
        run(
            "asks",
            "--net",
            "red",
            "--dns",
            OTHER_UPSTREAM,
            "--dns-search",
            "example.test",
            "--dns-option",
            "timeout:1",
            "--add-host",
            "fixed:198.51.100.9",
            "--add-host",
            "machine:host-gateway");
    run("db", "--net", "red");
    assertThat(Dns.ask(traffic, asks, server("red"), "own.example.test", A))
        .isEqualTo(Dns.Reply.of("203.0.113.2"));
    assertThat(upstream.asked).noneMatch(q -> q.startsWith("own.example.test"));
    assertThat(other.asked).contains("own.example.test 1");
    assertThat(Dns.ask(traffic, asks, server("red"), "db", A))
        .isEqualTo(Dns.Reply.of(on("red", "db")));
    vch.docker("exec", "asks", "cat", "/etc/resolv.conf")
        .saying("search example.test")
        .saying("timeout:1")
        .saying("nameserver " + server("red"));
    vch.docker("exec", "asks", "ping", "-c", "1", "-W", "1", "short")
        .refused("short (203.0.113.2)");
    vch.docker("exec", "asks", "cat", "/etc/hosts")
        .saying("198.51.100.9\tfixed")
        .saying("192.168.218.1\tmachine");
    run("shares", "--net", "container:asks");
    vch.docker("exec", "shares", "cat", "/etc/resolv.conf").saying("search example.test");
    vch.docker("exec", "shares", "cat", "/etc/hosts").saying("198.51.100.9\tfixed");
  }

  @Test
  void an_internal_network_knows_its_names_and_no_others() {
    run("db", "--net", "inner");
    var asks = run("asks", "--net", "inner");
    assertThat(Dns.ask(traffic, asks, server("inner"), "db", A))
        .isEqualTo(Dns.Reply.of(on("inner", "db")));
    assertThat(Dns.ask(traffic, asks, server("inner"), "secret.example.test", A).data()).isEmpty();
    assertThat(upstream.asked).noneMatch(q -> q.startsWith("secret"));
    vch.docker("network", "connect", "grey", "asks").ok();
    assertThat(Dns.ask(traffic, asks, server("inner"), "open.example.test", A))
        .isEqualTo(Dns.Reply.of("203.0.113.1"));
  }

  @Test
  void the_resolver_stays_when_the_first_network_goes() {
    run("db", "--net", "grey");
    run("moves", "--net", "red");
    vch.docker("network", "connect", "grey", "moves").ok();
    vch.docker("exec", "moves", "cat", "/etc/resolv.conf").saying("nameserver " + server("red"));
    vch.docker("exec", "moves", "nslookup", "-type=a", "db").saying(on("grey", "db"));
    vch.docker("network", "disconnect", "red", "moves").ok();
    vch.docker("exec", "moves", "cat", "/etc/resolv.conf").saying("nameserver " + server("grey"));
    vch.docker("exec", "moves", "nslookup", "-type=a", "db").saying(on("grey", "db"));
    vch.docker("exec", "moves", "nslookup", "-type=a", "more.example.test").saying("203.0.113.1");
    vch.docker("exec", "moves", "cat", "/etc/hosts").saying(on("grey", "moves"));
    vch.docker("network", "connect", "red", "moves").ok();
    vch.docker("exec", "moves", "nslookup", "-type=a", "db").saying(on("grey", "db"));
  }

  @Test
  void names_are_back_after_the_daemon_died() {
    run("db", "--net", "red");
    var asks = run("asks", "--net", "red");
    var db = on("red", "db");
    var red = server("red");
    machine.killDaemon();
    machine.startDaemon();
    assertThat(Dns.ask(traffic, asks, red, "db", A)).isEqualTo(Dns.Reply.of(db));
    assertThat(Dns.ask(traffic, asks, red, "back.example.test", A))
        .isEqualTo(Dns.Reply.of("203.0.113.1"));
  }

  @Test
  void only_containers_are_answered() {
    var neighbour = Spot.named(machine.namespace);
    run("db", "--net", "red");
    neighbour.run("ip", "route", "replace", "172.16.0.0/12", "via", vch.publicAddress()).ok();
    for (var at : List.of(server("red"), vch.publicAddress())) {
      assertThat(Dns.ask(traffic, neighbour, at, "db", A)).isEqualTo(Dns.Reply.NONE);
    }
    neighbour.run("ip", "route", "del", "172.16.0.0/12").ok();
  }
}
