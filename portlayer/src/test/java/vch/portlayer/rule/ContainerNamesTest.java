package vch.portlayer.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static vch.portlayer.rule.Refused.refused;

import java.util.List;
import org.junit.jupiter.api.Test;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.Vch;

/// What containers are called, and who is meant by a term.
class ContainerNamesTest {
  private final World world = new World();
  private final Vch blue = world.vch("blue");
  private final ContainerRefusals refuses = new ContainerRefusals(world, blue);

  @Test
  void names() {
    var web = world.create(blue, "/web");
    assertThat(web.name()).isEqualTo("web");
    for (var bad : List.of("a", "-ab", "a/b", "ä1", "")) {
      if (bad.isEmpty()) {
        continue; // no name asked for
      }
      refuses.create(
          Refusal.Invalid.class,
          "Invalid container name (" + bad + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
          bad,
          w -> w);
    }
    refuses.create(
        Refusal.Conflict.class,
        "Conflict. The container name \"/web\" is already in use by container \""
            + web.id()
            + "\". You have to remove (or rename) that container to be able to reuse that name.",
        "web",
        w -> w);
    var idea =
        world.create(
            blue,
            "",
            w -> {
              w.ideas = List.of("web", "x", "happy_ant");
              return w;
            });
    assertThat(idea.name()).isEqualTo("happy_ant");
    var noIdea =
        world.create(
            blue,
            "",
            w -> {
              w.ideas = List.of("web");
              return w;
            });
    assertThat(noIdea.name()).isEqualTo(noIdea.id().brief());
  }

  @Test
  void rename() {
    var web = world.run(blue, "web");
    var db = world.create(blue, "db");
    refused(
        world,
        Refusal.Invalid.class,
        "Neither old nor new names may be empty",
        i -> ContainerRules.rename(i, web.id(), ""));
    refused(
        world,
        Refusal.Invalid.class,
        "Renaming a container with the same name as its current name",
        i -> ContainerRules.rename(i, web.id(), "/web"));
    refused(
        world,
        Refusal.Conflict.class,
        "Error when allocating new name: Conflict. The container name \"/db\" is already in use by container \""
            + db.id()
            + "\". You have to remove (or rename) that container to be able to reuse that name.",
        i -> ContainerRules.rename(i, web.id(), "db"));
    refused(
        world,
        Refusal.Invalid.class,
        "Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        i -> ContainerRules.rename(i, web.id(), "a b"));
    world.decide(i -> ContainerRules.rename(i, web.id(), "www"));
    assertThat(ContainerRules.find(world.image, blue.id(), "www").id()).isEqualTo(web.id());
    assertThat(world.image.containerNamed(blue.id(), "web")).isEmpty();
  }

  @Test
  void finds_by_id_name_and_unique_prefix() {
    var web = world.create(blue, "web");
    for (var term : List.of(web.id().value(), "web", "/web", web.id().brief())) {
      assertThat(ContainerRules.find(world.image, blue.id(), term)).isEqualTo(web);
    }
    refused(world, Refusal.NotFound.class, "No such container: nix", i -> finding("nix"));
    refused(world, Refusal.NotFound.class, "No such container: ", i -> finding(""));
    for (int i = 0; i < 20; i++) {
      world.create(blue, "c" + i);
    }
    var prefix =
        "0123456789abcdef"
            .chars()
            .mapToObj(Character::toString)
            .filter(d -> world.image.containersWithPrefix(blue.id(), d).count() > 1)
            .findFirst()
            .orElseThrow();
    refused(
        world,
        Refusal.Invalid.class,
        "multiple IDs found with provided prefix: " + prefix,
        i -> finding(prefix));
    var red = world.vch("red");
    assertThat(ContainerRules.lookUp(world.image, red.id(), "web")).isEmpty();
    assertThat(ContainerRules.lookUp(world.image, red.id(), web.id().value())).isEmpty();
  }

  private vch.portlayer.state.Decision<?> finding(String term) {
    return vch.portlayer.state.Decision.of(ContainerRules.find(world.image, blue.id(), term));
  }
}
