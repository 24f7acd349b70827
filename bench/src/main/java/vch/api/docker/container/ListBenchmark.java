package vch.api.docker.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
import vch.api.docker.ApiVersion;
import vch.api.docker.Json;
import vch.bench.jmh.Crowd;
import vch.engine.fake.Samples;
import vch.portlayer.container.Container;
import vch.portlayer.state.Image;

/// `docker ps` of a thousand containers, as JSON.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ListBenchmark {
  private final Image image = Crowd.image();
  private final List<Container> all = image.containers(Samples.BLUE).toList();

  @Benchmark
  public byte[] list() {
    var json =
        new ListJson(
            image,
            Samples.NOON,
            ApiVersion.MAX,
            _ -> Optional.of("sha256:" + "1".repeat(64)),
            Path::of,
            _ -> Optional.empty(),
            _ -> Optional.empty());
    return Json.bytes(json.of(all));
  }
}
