package vch.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vch.api.docker.FakeVch;
import vch.engine.Lifecycle;
import vch.engine.fake.Samples;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Lease;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.rule.AddressBook;
import vch.portlayer.rule.ConfigureVch;
import vch.portlayer.rule.ContainerNetworkOptions;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.ExternalRules;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.testkit.Golden;

class AddressViewsTest {
  @TempDir Path dir;
  private FakeVch vch;

  @BeforeEach
  void open() throws Exception {
    vch = new FakeVch(dir);
    group("0000000000cc", "lan");
    group("0000000000dd", "dyn");
    vch.lives.configure(
        new ConfigureVch(
            Samples.BLUE,
            Optional.empty(),
            new ContainerNetworkOptions(
                List.of("lan", "dyn"),
                List.of("lan:10.2.0.1/16"),
                List.of("lan:10.2.1.0/24", "lan:10.2.2.10-19"),
                List.of("lan:10.2.0.9"),
                List.of(),
                List.of()),
            List.of(),
            List.of(),
            List.of(),
            List.of(Samples.scopeId(11), Samples.scopeId(12)),
            List.of(),
            Samples.NOON));
    vch.create(1, "bridge", "lan");
    var leased = vch.create(2, "dyn");
    vch.engine.decide(i -> ContainerRules.starting(i, leased, true, new java.util.Random(1)));
    var place = vch.engine.image().container(leased).orElseThrow().endpoints().getFirst();
    var lease =
        new Lease(
            Cidr.parse("10.8.0.77/24"),
            Ip.parse("10.8.0.1"),
            List.of(Ip.parse("10.8.0.1")),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.of("example.org"),
            Samples.NOON,
            Samples.NOON.plus(Duration.ofHours(1)));
    vch.engine.decide(i -> ExternalRules.leased(i, leased, place.id(), lease));
    var probing = vch.create(3, "lan");
    vch.engine.decide(i -> ContainerRules.starting(i, probing, true, new java.util.Random(1)));
  }

  private void group(String id, String name) {
    var group =
        new PortGroup(
            new PortGroupId(id),
            name,
            new PortGroupKind.Internal(),
            "pl" + id.substring(2),
            Optional.empty(),
            Samples.NOON);
    vch.engine.decide(_ -> Decision.of(group, new Change.PortGroupPut(group)));
  }

  @AfterEach
  void close() {
    vch.close();
  }

  @Test
  void addresses_pools_and_leases_are_tables() {
    var image = vch.engine.image();
    var scopes = AddressBook.scopes(image, Samples.BLUE);
    Golden.check(
        "admin/addresses.txt",
        Output.rows(
                AddressViews.addresses(image, scopes, (_, _) -> Optional.empty()),
                "",
                AddressViews.ADDRESS_COLUMNS)
            + "\n"
            + Output.rows(AddressViews.pools(image, scopes), "", AddressViews.POOL_COLUMNS)
            + "\n"
            + Output.rows(
                AddressViews.leases(image, Samples.BLUE), "", AddressViews.LEASE_COLUMNS));
  }

  @Test
  void each_is_an_object_too() {
    var image = vch.engine.image();
    var scopes = AddressBook.scopes(image, Samples.BLUE);
    assertThat(
            Output.rows(
                AddressViews.leases(image, Samples.BLUE), "json", AddressViews.LEASE_COLUMNS))
        .startsWith("{\"Address\":\"10.8.0.77/24\",\"Container\":\"c2\",\"ContainerID\":\"")
        .contains("\"Routers\":[\"10.8.0.1\"],\"DNS\":[],\"Domain\":\"example.org\"}");
    assertThat(Output.rows(AddressViews.pools(image, scopes), "json", AddressViews.POOL_COLUMNS))
        .contains(
            "{\"Network\":\"lan\",\"Pool\":\"10.2.2.10-10.2.2.19\",\"Size\":10,\"Taken\":0,\"Free\":10}");
    assertThat(
            Output.rows(
                AddressViews.addresses(
                    image,
                    scopes,
                    (_, address) ->
                        Optional.of(
                                new Lifecycle.AddressConflict(
                                    Mac.parse("02:aa:00:00:00:01"), Samples.NOON, Samples.NOON))
                            .filter(_ -> address.equals(Ip.parse("10.8.0.77")))),
                "{{.Network}} {{.Address}} {{.Who}} {{.State}} {{.ConflictMAC}} {{.Why}}",
                AddressViews.ADDRESS_COLUMNS))
        .containsPattern(
            "dyn 10.8.0.77 c2 [a-z]+, also used by 02:aa:00:00:00:01 02:aa:00:00:00:01 DHCP, expires ");
  }
}
