package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vch.portlayer.container.Mount;
import vch.portlayer.container.RestartPolicy;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

class VolumeRulesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");

  @Test
  void create_is_the_same_twice() {
    var first =
        world.decide(
            i ->
                VolumeRules.create(
                    i, blue.id(), "data", Map.of("a", "b"), Map.of(), false, World.AT));
    assertThat(
            VolumeRules.create(world.image, blue.id(), "data", Map.of(), Map.of(), true, World.AT)
                .changes())
        .isEmpty();
    assertThat(
            VolumeRules.create(world.image, blue.id(), "data", Map.of(), Map.of(), true, World.AT)
                .reply())
        .isEqualTo(first);
    refused(
        world,
        Refusal.Invalid.class,
        "create a/b: \"a/b\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you"
            + " intended to pass a host directory, use absolute path",
        i -> VolumeRules.create(i, blue.id(), "a/b", Map.of(), Map.of(), false, World.AT));
  }

  @ParameterizedTest
  @CsvSource({
    "foo, x, invalid option: \"foo\"",
    "type, tmpfs, missing required option: \"device\"",
    "o, bind, missing required option: \"device\"",
    "device, /x, missing required option: \"type\"",
    "size, 10m, quota size requested but no quota support"
  })
  void options_of_the_driver_are_checked_as_docker_does(String name, String value, String why) {
    refused(
        world,
        Refusal.Invalid.class,
        "create data: " + why,
        i ->
            VolumeRules.create(
                i, blue.id(), "data", Map.of(), Map.of(name, value), false, World.AT));
  }

  @Test
  void options_of_the_driver_are_kept() {
    var options = Map.of("type", "none", "device", "/srv", "o", "bind");
    assertThat(
            VolumeRules.create(world.image, blue.id(), "data", Map.of(), options, false, World.AT)
                .reply()
                .options())
        .isEqualTo(options);
  }

  @Test
  void remove_is_refused_while_a_container_mounts_it() {
    var mounts = List.of(new Mount(Mount.Kind.VOLUME, "data", "/data", false, List.of(), ""));
    var c =
        world.create(
            blue,
            "db",
            w -> {
              w.spec = World.spec(RestartPolicy.NEVER, false, mounts, Map.of());
              return w;
            });
    refused(
        world,
        Refusal.Conflict.class,
        "remove data: volume is in use - [" + c.id() + "]",
        i -> VolumeRules.remove(i, blue.id(), "data"));
    world.remove(c);
    world.decide(i -> VolumeRules.remove(i, blue.id(), "data"));
    refused(
        world,
        Refusal.NotFound.class,
        "get data: no such volume",
        i -> VolumeRules.remove(i, blue.id(), "data"));
  }
}
