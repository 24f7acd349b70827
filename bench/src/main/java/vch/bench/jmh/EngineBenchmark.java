package vch.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import vch.engine.desired.Desired;
import vch.engine.desired.Owner;
import vch.engine.fake.Samples;
import vch.engine.machine.MachineObject;
import vch.engine.plan.Plan;
import vch.engine.plan.Planner;
import vch.portlayer.container.Container;
import vch.portlayer.state.Image;

/// From a change to a plan, among a thousand containers.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {
  private final Image image = Crowd.image();
  private final Container next = Crowd.container(Crowd.CONTAINERS + 1);
  private final List<MachineObject> all =
      Desired.all(image).values().stream().flatMap(List::stream).toList();
  private final List<MachineObject> oneMissing = all.subList(0, all.size() - 1);
  private final List<MachineObject> ofOne =
      Desired.of(image, new Owner.OfContainer(Samples.containerId(500)));

  /// A container more: the image after it.
  @Benchmark
  public Image change() {
    return image.after(List.of(Samples.put(next)));
  }

  /// What the machine must have for one container.
  @Benchmark
  public List<MachineObject> compileOne() {
    return Desired.of(image, new Owner.OfContainer(Samples.containerId(500)));
  }

  /// What the machine must have for all, as at a restart.
  @Benchmark
  public Object compileAll() {
    return Desired.all(image);
  }

  /// The steps that bring one container up.
  @Benchmark
  public Plan planOne() {
    return Planner.plan(ofOne, List.of());
  }

  /// The step that is missing among all.
  @Benchmark
  public Plan planAll() {
    return Planner.plan(all, oneMissing);
  }
}
