package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Makes the next call out of what exists. The same seed and the same answers give the same calls.
/// Names of plugins that do not exist are left out: dockerd looks for one for 15 seconds.
final class Generator {
  /// Spoken by both.
  private static final List<String> VERSIONS =
      List.of("v1.41", "v1.41", "v1.41", "v1.40", "v1.35", "v1.30", "v1.25", "v1.24");

  private static final int TRIES = 4;

  private final Dice dice;
  private final List<Function<Model, Step>> choices = new ArrayList<>();

  Generator(long seed) {
    dice = new Dice(new Random(seed));
    networks(new NetworkSteps(dice));
    containers(new CreateSteps(dice), new ContainerSteps(dice));
    inside(new InsideSteps(dice));
    others(new OtherSteps(dice));
  }

  private void networks(NetworkSteps steps) {
    add(5, steps::create);
    add(4, steps::createWrong);
    add(4, steps::inspect);
    add(3, steps::list);
    add(4, steps::connect);
    add(1, steps::connectWrong);
    add(3, steps::disconnect);
    add(2, steps::remove);
    add(1, steps::prune);
  }

  private void containers(CreateSteps creating, ContainerSteps steps) {
    add(10, creating::create);
    add(7, creating::wrong);
    add(12, steps::start);
    add(3, steps::stop);
    add(2, steps::restart);
    add(3, steps::kill);
    add(2, steps::pause);
    add(2, steps::unpause);
    add(2, steps::rename);
    add(2, steps::await);
    add(6, steps::inspect);
    add(5, steps::list);
    add(4, steps::logs);
    add(2, steps::top);
    add(1, steps::changes);
    add(1, steps::stats);
    add(2, steps::update);
    add(4, steps::remove);
    add(1, steps::prune);
    add(1, steps::attachWrong);
    add(1, steps::resize);
  }

  private void inside(InsideSteps steps) {
    add(4, steps::execCreate);
    add(4, steps::execStart);
    add(2, steps::execInspect);
    add(1, steps::execResize);
    add(3, steps::archiveGet);
    add(2, steps::archivePut);
    add(1, steps::export);
  }

  private void others(OtherSteps steps) {
    add(2, steps::imageList);
    add(2, steps::imageInspect);
    add(1, steps::imageHistory);
    add(2, steps::tag);
    add(2, steps::imageRemove);
    add(1, steps::imagePrune);
    add(2, steps::volumeCreate);
    add(1, steps::volumeCreateWrong);
    add(2, steps::volumeInspect);
    add(2, steps::volumeList);
    add(1, steps::volumeRemove);
    add(1, steps::volumePrune);
    add(2, steps::system);
    add(1, steps::ping);
    add(3, steps::stray);
    add(1, steps::oddVersion);
  }

  private void add(int weight, Function<Model, Step> choice) {
    for (int i = 0; i < weight; i++) {
      choices.add(choice);
    }
  }

  Step next(Model model) {
    var step = dice.one(choices).apply(model);
    for (int i = 0; i < TRIES && step.path().contains("nosuch"); i++) { // few are about nothing
      step = dice.one(choices).apply(model);
    }
    return step.version().isEmpty() ? step.version(dice.one(VERSIONS)) : step;
  }
}
