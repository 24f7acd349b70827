package vch.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The direction of dependencies that ARCHITECTURE.md draws.
class ModuleMapTest {
  private static final Map<String, Set<String>> MAP =
      Map.ofEntries(
          Map.entry("portlayer", Set.of()),
          Map.entry("kernel", Set.of()),
          Map.entry("archive", Set.of()),
          Map.entry("testkit", Set.of()),
          Map.entry("engine", Set.of("vch.portlayer")),
          Map.entry("linux", Set.of("vch.engine", "vch.kernel")),
          Map.entry("services", Set.of("vch.engine")),
          Map.entry("compute", Set.of("vch.engine", "vch.kernel", "vch.archive")),
          Map.entry("build", Set.of("vch.engine", "vch.archive")),
          Map.entry("api", Set.of("vch.engine", "vch.build")),
          Map.entry(
              "app",
              Set.of(
                  "vch.engine",
                  "vch.linux",
                  "vch.services",
                  "vch.compute",
                  "vch.api",
                  "vch.kernel")));

  private static final Pattern REQUIRES =
      Pattern.compile("requires\\s+(?:transitive\\s+|static\\s+)*(vch\\.[a-z]+);");

  @Test
  void every_module_requires_what_the_map_says_and_no_more() {
    MAP.forEach(
        (module, allowed) -> {
          var text = Tree.read(Tree.ROOT.resolve(module + "/src/main/java/module-info.java"));
          var found = new TreeSet<String>();
          REQUIRES.matcher(text).results().forEach(m -> found.add(m.group(1)));
          assertThat(found).as(module).isSubsetOf(allowed);
        });
  }

  @Test
  void the_domain_reads_no_clock_no_file_and_no_chance() {
    var forbidden =
        Pattern.compile(
            "Instant\\.now|System\\.(currentTimeMillis|nanoTime|getenv|getProperty)|java\\.nio\\.file|java\\.io\\.|"
                + "new Random\\(|ThreadLocalRandom|SecureRandom|Thread\\.|UUID\\.randomUUID|java\\.net\\.");
    for (var file : Tree.javaFiles("main")) {
      if (file.startsWith(Tree.ROOT.resolve("portlayer"))) {
        assertThat(forbidden.matcher(Tree.read(file)).results().map(m -> m.group()).toList())
            .as(file.toString())
            .isEmpty();
      }
    }
  }

  @Test
  void only_the_kernel_module_uses_the_foreign_function_interface() {
    for (var file : Tree.javaFiles("main")) {
      if (!file.startsWith(Tree.ROOT.resolve("kernel"))) {
        assertThat(Tree.read(file)).as(file.toString()).doesNotContain("java.lang.foreign");
      }
    }
  }
}
