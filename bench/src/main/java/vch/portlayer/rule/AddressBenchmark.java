package vch.portlayer.rule;

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
import vch.bench.jmh.Crowd;
import vch.engine.fake.Samples;
import vch.portlayer.container.Endpoint;
import vch.portlayer.state.Image;

/// The next free address of a network with a thousand members, searched from its beginning: the
/// worst that next-fit may meet there.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AddressBenchmark {
  private final Image image = Crowd.image();
  private final vch.portlayer.scope.Scope scope = image.scope(Samples.scopeId(2)).orElseThrow();
  private final Endpoint endpoint = withoutAddress(Samples.endpoint(Crowd.CONTAINERS + 1, 2, 0));

  private static Endpoint withoutAddress(Endpoint e) {
    return e.withAddresses(List.of());
  }

  @Benchmark
  public Object nextAddress() {
    return Places.hold(image, Samples.containerId(Crowd.CONTAINERS + 1), endpoint, scope);
  }
}
