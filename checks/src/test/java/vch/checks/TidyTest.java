package vch.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What a reader may count on anywhere in the tree.
class TidyTest {
  private static final int LINES_MAX = 500;

  @Test
  void no_file_is_longer_than_a_reader_bears() {
    var longer = new ArrayList<String>();
    for (var part : List.of("main", "test")) {
      for (var file : Tree.javaFiles(part)) {
        long lines = Tree.read(file).lines().count();
        if (lines > LINES_MAX) {
          longer.add(Tree.ROOT.relativize(file) + ": " + lines);
        }
      }
    }
    assertThat(longer).isEmpty();
  }

  @Test
  void every_package_says_what_lives_there() {
    for (var name : Tree.packages()) {
      var folder = name.replace('.', '/') + "/package-info.java";
      assertThat(Tree.javaFiles("main").stream().anyMatch(f -> f.toString().endsWith("/" + folder)))
          .as(name + " has a package-info.java")
          .isTrue();
    }
  }

  @Test
  void nothing_is_left_unfinished() {
    var marks = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b|@Disabled|assumeTrue|assumeFalse");
    var found = new ArrayList<String>();
    for (var part : List.of("main", "test")) {
      for (var file : Tree.javaFiles(part)) {
        if (!file.endsWith("TidyTest.java") && marks.matcher(Tree.read(file)).find()) {
          found.add(Tree.ROOT.relativize(file).toString());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void the_architecture_names_every_package_and_only_those_that_exist() {
    var text = Tree.read(Tree.ROOT.resolve("ARCHITECTURE.md"));
    var packages = Tree.packages();
    for (var name : packages) {
      assertThat(text).as("ARCHITECTURE.md names " + name).contains("`" + name + "`");
    }
    Pattern.compile("`(vch\\.[a-z.]+)`")
        .matcher(text)
        .results()
        .map(m -> m.group(1))
        .forEach(
            name -> {
              boolean exists =
                  packages.contains(name)
                      || packages.stream().anyMatch(p -> p.startsWith(name + "."))
                      || Files.exists(Tree.ROOT.resolve(name.substring(4)));
              assertThat(exists).as("ARCHITECTURE.md names " + name + ", which exists").isTrue();
            });
  }
}
