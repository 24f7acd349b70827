package vch.linux;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import vch.engine.machine.MachineObject.Ruleset;
import vch.engine.machine.NamespaceName;
import vch.engine.machine.Step;
import vch.kernel.nft.NftCommand;
import vch.kernel.nft.TableName;

/// Steps for tables of nftables. A table is replaced in one transaction, so there is no moment
/// without rules; its elements go with it. Connections that are established stay: they are in
/// connection tracking, not in the table.
///
/// Which text a table was made from, and that nobody has changed its rules since, is told by an
/// empty chain in it: `made_<digest of the text>_<digest of chains and rules as the kernel shows
/// them>`. It is added after the load, so a table without one was not finished, or is not of our
/// making.
///
/// In the machine's namespace there may be tables of other daemons. There whose a table is is told
/// by another empty chain, `made_by_<daemon>`, which is loaded with it.
///
/// Safe for all threads.
final class RulesetSteps {
  /// Tables whose names begin so are ours, in namespaces that are ours.
  private static final String TABLE_PREFIX = "portlayer";

  private static final String MARK_PREFIX = "made_";
  private static final String OWNER_PREFIX = MARK_PREFIX + "by_";

  /// Texts by digest that are remembered, to show what a table was made from.
  private static final int TEXTS_MAX = 256;

  private static final int COMMANDS_MAX = 4096;

  private final Spaces spaces;
  private final String daemon;
  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final Map<Long, NamespaceName> commands = new ConcurrentHashMap<>();

  /// Steps of one machine.
  ///
  /// @param daemon the word that marks tables of ours where others may have theirs
  RulesetSteps(Spaces spaces, String daemon) {
    this.spaces = spaces;
    this.daemon = daemon;
  }

  /// The tables of a namespace that are ours.
  List<TableName> tables(Space space) {
    return space.nft().tables().stream()
        .filter(t -> t.name().startsWith(TABLE_PREFIX))
        .filter(
            t -> space != spaces.machine() || space.nft().chains(t).contains(OWNER_PREFIX + daemon))
        .toList();
  }

  void apply(List<Step> steps, Outcomes outcomes) {
    outcomes.eachNamespace(spaces, steps, (space, list) -> applyWithin(space, list, outcomes));
  }

  private void applyWithin(Space space, List<Step> steps, Outcomes outcomes) {
    try {
      load(space, steps);
    } catch (NftCommand.Refused e) {
      if (steps.size() == 1) {
        outcomes.fail(steps.getFirst(), Outcomes.reason(e));
        return;
      }
      for (var step : steps) { // one by one, to learn which it is
        applyWithin(space, List.of(step), outcomes);
      }
    }
  }

  private void load(Space space, List<Step> steps) {
    var text = new StringBuilder();
    for (var step : steps) {
      var rules = (Ruleset) step.object();
      var name = rules.family() + " " + rules.table();
      // Adding it first makes deleting it right also where it is not there.
      text.append("add table ").append(name).append("\ndelete table ").append(name).append('\n');
      if (!(step instanceof Step.Remove)) {
        text.append("table ").append(name).append(" {\n");
        if (space == spaces.machine()) {
          text.append("chain ").append(OWNER_PREFIX).append(daemon).append(" { }\n");
        }
        text.append(rules.body()).append("\n}\n");
      }
    }
    NftCommand.load(
        space.path(),
        text.toString(),
        pid -> {
          if (commands.size() >= COMMANDS_MAX) {
            commands.clear();
          }
          commands.put(pid, space.name());
        });
    space.forgetSets();
    for (var step : steps) {
      if (!(step instanceof Step.Remove)) {
        mark(space, (Ruleset) step.object());
      }
    }
  }

  private void mark(Space space, Ruleset rules) {
    var table = new TableName(rules.family(), rules.table());
    var digest = digest(rules.body());
    if (texts.size() >= TEXTS_MAX) {
      texts.clear();
    }
    texts.put(digest, rules.body());
    space
        .nft()
        .addChain(table, MARK_PREFIX + digest + "_" + space.nft().fingerprint(table, MARK_PREFIX))
        .check("mark", "table " + table);
  }

  /// True when a transaction was that of a nft(8) of ours.
  boolean isOwnCommand(int process) {
    return commands.containsKey((long) process);
  }

  /// The table as an object: with the text that it was made from, or, when somebody has changed it,
  /// with one that equals no wanted text.
  ///
  /// @param wanted what its text should be
  Ruleset observe(Space space, TableName table, Optional<Ruleset> wanted) {
    var marks =
        space.nft().chains(table).stream()
            .filter(c -> c.startsWith(MARK_PREFIX) && !c.startsWith(OWNER_PREFIX))
            .toList();
    var body = "# changed by somebody";
    if (marks.size() == 1) {
      var words = marks.getFirst().split("_", 3);
      if (words.length == 3 && words[2].equals(space.nft().fingerprint(table, MARK_PREFIX))) {
        body =
            wanted
                .map(Ruleset::body)
                .filter(text -> digest(text).equals(words[1]))
                .or(() -> Optional.ofNullable(texts.get(words[1])))
                .orElse("# made from another text, " + words[1]);
      }
    }
    return new Ruleset(space.name(), table.family(), table.name(), body);
  }

  private static String digest(String text) {
    try {
      var bytes =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
