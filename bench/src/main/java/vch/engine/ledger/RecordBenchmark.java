package vch.engine.ledger;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
import vch.engine.fake.Samples;
import vch.portlayer.port.Port;
import vch.portlayer.port.Protocol;

/// Sets of ports as text in the record: what each change of state of a container with a thousand
/// exposed ports costs.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordBenchmark {
  private final Set<Port> ports = new HashSet<>();
  private final tools.jackson.databind.json.JsonMapper mapper = RecordJson.mapper();

  public RecordBenchmark() {
    for (int p = 9000; p < 10_000; p++) {
      ports.add(new Port(p, Protocol.TCP));
    }
  }

  @Benchmark
  public String ports() {
    return mapper.writeValueAsString(ports);
  }

  @Benchmark
  public String container() {
    return mapper.writeValueAsString(List.of(Samples.running(Samples.container(1, 2))));
  }
}
