package vch.engine.ledger;

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
import vch.portlayer.state.Change;

/// A container as text in the record, and back: what each change of its state costs, and each
/// container at the start of the daemon.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordBenchmark {
  private final EntityCodec codec = new EntityCodec();
  private final Change container =
      new Change.ContainerPut(Samples.running(Samples.container(1, 2)));
  private final EntityCodec.RowChange.Put row =
      (EntityCodec.RowChange.Put) codec.rows(container).getFirst();

  @Benchmark
  public Object write() {
    return codec.rows(container);
  }

  @Benchmark
  public Object read() throws EntityCodec.Unreadable {
    return codec.read(row.kind(), row.id(), row.json());
  }
}
