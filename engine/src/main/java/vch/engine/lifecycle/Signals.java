package vch.engine.lifecycle;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import vch.portlayer.refusal.Refusal;

/// Signals by the names and numbers of signal(7), x86 and ARM numbering.
public final class Signals {
  static final int KILL = 9;
  static final int TERM = 15;

  /// SIGRTMAX, the last one.
  private static final int LAST = 64;

  private static final int RTMIN = 34;
  private static final Map<String, Integer> BY_NAME = names();

  private Signals() {}

  /// Parses `TERM`, `sigterm`, `15` or `RTMIN+3`.
  ///
  /// @throws Refusal.Invalid `invalid signal: …`
  public static int parse(String text) {
    var word = text.toUpperCase(Locale.ROOT);
    if (!word.isEmpty() && word.length() <= 2 && word.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int number = Integer.parseInt(word);
      if (number >= 1 && number <= LAST) {
        return number;
      }
    }
    var number = BY_NAME.get(word.startsWith("SIG") ? word.substring(3) : word);
    if (number == null) {
      throw new Refusal.Invalid("invalid signal: " + text);
    }
    return number;
  }

  private static Map<String, Integer> names() {
    var words =
        ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ "
                + "VTALRM PROF WINCH IO PWR SYS")
            .split(" ", -1);
    var all = new HashMap<String, Integer>();
    for (int i = 0; i < words.length; i++) {
      all.put(words[i], i + 1);
    }
    all.put("IOT", 6);
    all.put("CLD", 17);
    all.put("POLL", 29);
    all.put("UNUSED", 31);
    all.put("RTMIN", RTMIN);
    all.put("RTMAX", LAST);
    for (int i = 1; i <= 15; i++) {
      all.put("RTMIN+" + i, RTMIN + i);
    }
    for (int i = 1; i <= 14; i++) {
      all.put("RTMAX-" + i, LAST - i);
    }
    return Map.copyOf(all);
  }
}
