package vch.kernel.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import vch.kernel.libc.Fcntl;
import vch.kernel.libc.Fd;
import vch.kernel.libc.KernelException;
import vch.kernel.libc.Open;
import vch.kernel.libc.PosixSpawn;

/// A program as it is to be started. It finds the descriptors that are named here and no others;
/// those of 0, 1 and 2 that are not named are /dev/null.
///
/// @param words the program, looked for along PATH where it has no slash, and its arguments
/// @param environment all of it; the daemon's own to begin with
/// @param directory that it begins in; the daemon's where there is none
/// @param descriptors the number there, and what is open; this does not own them
public record Program(
    List<String> words,
    Map<String, String> environment,
    Optional<Path> directory,
    SortedMap<Integer, Fd> descriptors) {
  static final int INPUT = 0;
  static final int OUTPUT = 1;
  static final int ERRORS = 2;
  private static final String NOTHING = "/dev/null";

  public Program {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
    descriptors = Collections.unmodifiableSortedMap(new TreeMap<>(descriptors));
  }

  public static Program of(List<String> words) {
    return new Program(words, System.getenv(), Optional.empty(), new TreeMap<>());
  }

  public static Program of(String... words) {
    return of(List.of(words));
  }

  /// The same with another variable in its environment.
  public Program with(String variable, String value) {
    var more = new HashMap<>(environment);
    more.put(variable, value);
    return new Program(words, more, directory, descriptors);
  }

  public Program in(Path place) {
    return new Program(words, environment, Optional.of(place), descriptors);
  }

  /// The same with another descriptor in it.
  public Program with(int number, Fd fd) {
    var more = new TreeMap<>(descriptors);
    more.put(number, fd);
    return new Program(words, environment, directory, more);
  }

  /// Starts it. When this returns it is the program that runs.
  ///
  /// @throws KernelException it cannot be started: the error of exec(3) with the program's name
  public Child start() {
    try (var placed = new Placed(descriptors)) {
      var variables =
          environment.entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).toList();
      return Child.of(PosixSpawn.spawn(words, variables, directory, placed.numbers()));
    }
  }

  /// Runs it to its end. Blocks its thread, and needs no other.
  ///
  /// @param input what it reads; what it leaves unread is dropped
  /// @param outputBytesMax of what it says, on both of its outputs together; the rest is dropped
  /// @param timeMax then it is killed
  /// @param started is told the pid before the program has been given any input
  /// @throws Late it was killed
  /// @throws KernelException it cannot be started
  public Ran run(byte[] input, int outputBytesMax, Duration timeMax, LongConsumer started) {
    return Talk.run(this, input, outputBytesMax, timeMax, started);
  }

  /// [#run(byte[], int, Duration, LongConsumer)] of one that reads nothing.
  public Ran run(int outputBytesMax, Duration timeMax) {
    return run(new byte[0], outputBytesMax, timeMax, _ -> {});
  }

  /// Starts it with its input and both of its outputs in our hands.
  ///
  /// @throws KernelException it cannot be started
  public Filter filter() {
    return Filter.start(this);
  }

  /// How it ended.
  ///
  /// @param status 128 and the number of the signal, where one ended it
  /// @param said on both of its outputs, without white space around it
  public record Ran(int status, String said) {}

  /// It took too long.
  public static final class Late extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Late(String program, Duration timeMax) {
      super(program + " did not end within " + timeMax.toSeconds() + " s and was killed");
    }
  }

  /// Our numbers of what a child is given, for as long as it takes to start it: never one that is
  /// another's number there.
  private static final class Placed implements AutoCloseable {
    private final SortedMap<Integer, Integer> numbers = new TreeMap<>();
    private final List<Fd> ours = new java.util.ArrayList<>();

    Placed(SortedMap<Integer, Fd> descriptors) {
      int above = descriptors.isEmpty() ? ERRORS : Math.max(ERRORS, descriptors.lastKey());
      try {
        for (int n = INPUT; n <= ERRORS; n++) {
          if (!descriptors.containsKey(n)) {
            numbers.put(n, clear(own(Open.open(NOTHING, Open.O_RDWR, 0)), above).number());
          }
        }
        for (var there : descriptors.entrySet()) {
          numbers.put(there.getKey(), clear(there.getValue(), above).number());
        }
      } catch (KernelException e) {
        close();
        throw e;
      }
    }

    private Fd clear(Fd fd, int above) {
      return fd.number() > above ? fd : own(Fcntl.duplicate(fd, above + 1));
    }

    private Fd own(Fd fd) {
      ours.add(fd);
      return fd;
    }

    SortedMap<Integer, Integer> numbers() {
      return numbers;
    }

    @Override
    public void close() {
      ours.forEach(Fd::close);
    }
  }
}
