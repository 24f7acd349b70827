package vch.bench.row;

import java.util.ArrayList;
import java.util.List;
import vch.bench.Bench;
import vch.bench.os.Proc;
import vch.bench.result.Measured;

/// VCHs made and removed: one, and many beside each other. Nobody else has them.
final class Hosts implements Row {
  private static final int MANY = 100;

  @Override
  public void measure(Bench bench) {
    var ours = bench.portlayer();
    var shell = bench.shell();
    var create = new ArrayList<Double>();
    var delete = new ArrayList<Double>();
    for (int i = 0; i < bench.rounds(); i++) {
      create.add(shell.millis(ours.vch("create", "--name", "one")));
      delete.add(shell.millis(ours.vch("delete", "--force", "--name", "one")));
    }
    bench.record("`vch create`", "ms", Measured.PORTLAYER, create);
    bench.record("`vch delete`", "ms", Measured.PORTLAYER, delete);
    int many = bench.quick() ? MANY / 5 : MANY;
    var each = new ArrayList<Double>();
    double before = Proc.memory(ours.daemons()).rss();
    try {
      for (int i = 0; i < many; i++) {
        each.add(shell.millis(ours.vch("create", "--name", "h" + i)));
      }
      var what = "`vch create` of " + many + " VCHs, one after the other: ";
      bench.record(
          what + "all",
          "s",
          Measured.PORTLAYER,
          List.of(each.stream().mapToDouble(d -> d).sum() / 1000));
      bench.record(what + "the last ten", "ms", Measured.PORTLAYER, each.subList(many - 10, many));
      bench.record(
          "memory (RSS) for each VCH",
          "MiB",
          Measured.PORTLAYER,
          List.of((Proc.memory(ours.daemons()).rss() - before) / many));
    } finally {
      for (int i = 0; i < each.size(); i++) {
        shell.ok(ours.vch("delete", "--force", "--name", "h" + i));
      }
    }
  }
}
