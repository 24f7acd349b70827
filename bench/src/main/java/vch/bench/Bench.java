package vch.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import vch.bench.engine.Dockerd;
import vch.bench.engine.Engine;
import vch.bench.engine.Place;
import vch.bench.engine.Podman;
import vch.bench.engine.Portlayer;
import vch.bench.os.Shell;
import vch.bench.result.Measured;

/// What rows measure with: the engines, started when first asked for, and the notebook. Samples of
/// different engines are taken in turn, so that whatever else the machine does falls on all.
public final class Bench implements AutoCloseable {
  private final Place place;
  private final int rounds;
  private final boolean quick;
  private final Map<String, Engine> engines = new LinkedHashMap<>();
  private final List<Measured> notes = new ArrayList<>();
  private String row = "";

  /// @param rounds samples of what is quick to measure
  /// @param quick fewer and smaller measurements
  Bench(Place place, int rounds, boolean quick) {
    this.place = place;
    this.rounds = rounds;
    this.quick = quick;
  }

  public Place place() {
    return place;
  }

  public Shell shell() {
    return place.shell();
  }

  public int rounds() {
    return rounds;
  }

  public boolean quick() {
    return quick;
  }

  public Portlayer portlayer() {
    return engine(Portlayer.class, () -> new Portlayer(place, "p", 1));
  }

  public Dockerd dockerd() {
    return engine(Dockerd.class, () -> new Dockerd(place, "d", 2));
  }

  public Podman podman() {
    return engine(Podman.class, () -> new Podman(place, "q", 3));
  }

  private <E extends Engine> E engine(Class<E> kind, Supplier<E> make) {
    var there = engines.get(kind.getName());
    if (there == null) {
      there = make.get();
      engines.put(kind.getName(), there);
      there.begin();
      progress(there.version());
    }
    return kind.cast(there);
  }

  public List<Engine> all() {
    return List.of(portlayer(), dockerd(), podman());
  }

  /// The two that have a daemon and serve Docker's API.
  public List<Engine> daemons() {
    return List.of(portlayer(), dockerd());
  }

  /// Takes samples of each engine in turn. An engine that fails is noted with what it said and left
  /// out from then on.
  ///
  /// @param times samples of each engine
  public void alternate(
      String what,
      String unit,
      int times,
      List<? extends Engine> who,
      ToDoubleFunction<Engine> measure) {
    var each = new LinkedHashMap<String, DoubleSupplier>();
    who.forEach(engine -> each.put(engine.name(), () -> measure.applyAsDouble(engine)));
    inTurn(what, unit, times, each);
  }

  /// Takes samples of whatever is compared in turn, as [#alternate] does of engines.
  ///
  /// @param times samples of each
  /// @param measures by the name that the table has
  public void inTurn(
      String what, String unit, int times, Map<String, ? extends DoubleSupplier> measures) {
    var series = new ArrayList<Series>();
    measures.forEach((who, measure) -> series.add(new Series(who, measure)));
    var order = new ArrayList<>(series);
    for (int i = 0; i < times; i++) {
      order.forEach(Series::take);
      Collections.rotate(order, 1);
    }
    series.forEach(s -> record(what, unit, s.who, s.samples, s.fault));
  }

  /// One's samples, until it fails.
  private static final class Series {
    private final String who;
    private final DoubleSupplier measure;
    private final List<Double> samples = new ArrayList<>();
    private String fault = "";

    Series(String who, DoubleSupplier measure) {
      this.who = who;
      this.measure = measure;
    }

    void take() {
      if (fault.isEmpty()) {
        try {
          samples.add(measure.getAsDouble());
        } catch (Shell.Failed e) {
          fault = who + ": " + oneLine(e.text());
        }
      }
    }
  }

  private static String oneLine(String text) {
    var line = text.replaceAll("\\s+", " ").replace("|", "/");
    return line.length() > 300 ? line.substring(0, 300) + " ..." : line;
  }

  public void record(String what, String unit, String who, List<Double> samples) {
    record(what, unit, who, samples, "");
  }

  public void record(String what, String unit, String who, List<Double> samples, String note) {
    var measured = new Measured(row, what, unit, who, samples, note);
    notes.add(measured);
    progress(
        what
            + ": "
            + who
            + " "
            + (samples.isEmpty()
                ? "not measured"
                : String.format(
                    Locale.ROOT,
                    "%.2f %s (%.2f..%.2f)",
                    measured.median(),
                    unit,
                    measured.least(),
                    measured.greatest()))
            + (note.isEmpty() ? "" : " [" + note + "]"));
  }

  /// Says that something was not measured, and why.
  public void skip(String what, String unit, String who, String why) {
    record(what, unit, who, List.of(), why);
  }

  public void progress(String line) {
    System.err.println("bench: " + (row.isEmpty() ? "" : row + ": ") + line);
  }

  /// Begins the notes of a row.
  void begin(String name) {
    row = name;
    notes.clear();
  }

  List<Measured> notes() {
    return List.copyOf(notes);
  }

  /// What runs beside each other, for the head of the table.
  List<String> versions() {
    return engines.values().stream().map(Engine::version).toList();
  }

  /// Removes the engines.
  @Override
  public void close() {
    for (var engine : engines.values()) {
      try {
        engine.close();
      } catch (Shell.Failed e) {
        progress(e.text());
      }
    }
    engines.clear();
  }
}
