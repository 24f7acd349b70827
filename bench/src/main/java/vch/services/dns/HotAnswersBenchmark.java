package vch.services.dns;

import java.util.List;
import java.util.Random;
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
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import vch.portlayer.address.Ip;

/// A ready-made answer among a thousand.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HotAnswersBenchmark {
  private static final int QUESTIONS = 1000;
  private static final Ip CLIENT = Ip.parse("10.0.0.2");

  private final HotAnswers hot = new HotAnswers(new Random(1));
  private final byte[][] questions = new byte[QUESTIONS][];
  private int next;

  public HotAnswersBenchmark() {
    for (int i = 0; i < QUESTIONS; i++) {
      questions[i] = question("web" + i + ".");
      hot.put(questions[i], questions[i].length, CLIENT, List.of(new byte[64]), 0, 0, true);
    }
  }

  private static byte[] question(String name) {
    try {
      return Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN)).toWire();
    } catch (TextParseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Benchmark
  public byte[] answer() {
    next = next + 1 == QUESTIONS ? 0 : next + 1;
    var question = questions[next];
    return hot.get(question, question.length, CLIENT, 0).orElseThrow().take(question);
  }
}
