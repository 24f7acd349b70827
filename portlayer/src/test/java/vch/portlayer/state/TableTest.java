package vch.portlayer.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void does_what_a_tree_map_does_and_leaves_older_versions_alone() {
    for (long seed = 1; seed <= 20; seed++) {
      var random = new Random(seed);
      var table = Table.<Integer, String>empty();
      var model = new TreeMap<Integer, String>();
      var versions = new ArrayList<Table<Integer, String>>();
      var models = new ArrayList<TreeMap<Integer, String>>();
      for (int step = 0; step < 400; step++) {
        int key = random.nextInt(150);
        if (random.nextInt(3) > 0) {
          table = table.with(key, "v" + step);
          model.put(key, "v" + step);
        } else {
          table = table.without(key);
          model.remove(key);
        }
        if (step % 50 == 0) {
          versions.add(table);
          models.add(new TreeMap<>(model));
        }
        int probe = random.nextInt(160) - 5;
        assertThat(table.get(probe))
            .as("seed %s", seed)
            .isEqualTo(Optional.ofNullable(model.get(probe)));
        assertThat(table.floor(probe).map(Table.Row::key))
            .as("seed %s", seed)
            .isEqualTo(Optional.ofNullable(model.floorKey(probe)));
        assertThat(table.between(probe, probe + 20).map(Table.Row::value))
            .as("seed %s", seed)
            .containsExactlyElementsOf(model.subMap(probe, probe + 20).values());
      }
      for (int i = 0; i < versions.size(); i++) {
        assertThat(versions.get(i).values())
            .as("seed %s", seed)
            .containsExactlyElementsOf(models.get(i).values());
        assertThat(versions.get(i).size()).isEqualTo(models.get(i).size());
      }
    }
  }

  @Test
  void stays_flat_when_keys_come_in_order() {
    var table = Table.<Integer, Integer>empty();
    for (int i = 0; i < 10_000; i++) {
      table = table.with(i, i);
    }
    assertThat(table.height()).isLessThanOrEqualTo(20); // 1.44 * log2(10,000)
    for (int i = 0; i < 9_990; i++) {
      table = table.without(i);
    }
    assertThat(table.height()).isLessThanOrEqualTo(5);
    assertThat(table.values())
        .containsExactly(9990, 9991, 9992, 9993, 9994, 9995, 9996, 9997, 9998, 9999);
  }

  @Test
  void removing_what_is_not_there_changes_nothing() {
    var table = Table.<String, String>empty().with("a", "b");
    assertThat(table.without("x")).isSameAs(table);
  }
}
