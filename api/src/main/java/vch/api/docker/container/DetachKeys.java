package vch.api.docker.container;

import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import vch.portlayer.refusal.Refusal;

/// The keys by which a user leaves a terminal without ending what runs in it.
final class DetachKeys {
  /// `ctrl-p,ctrl-q`.
  static final DetachKeys DEFAULT = new DetachKeys(new byte[] {16, 17});

  private static final String CONTROL = "ctrl-";
  private static final String CONTROL_CHARACTERS =
      "@abcdefghijklmnopqrstuvwxyz[\\]^_"; // the codes 0 to 31
  private final byte[] keys;

  private DetachKeys(byte[] keys) {
    this.keys = keys;
  }

  /// Parses `a`, `ctrl-a`, or several with commas; the empty text is the default.
  ///
  /// @param word what Docker calls them: `detach` to attach, `escape` to exec
  /// @throws Refusal.Invalid `Invalid detach keys (…) provided`
  static DetachKeys parse(String text, String word) {
    if (text.isEmpty()) {
      return DEFAULT;
    }
    var parts = text.split(",", -1);
    var keys = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      int code = code(parts[i]);
      if (code < 0) {
        throw new Refusal.Invalid("Invalid " + word + " keys (" + text + ") provided");
      }
      keys[i] = (byte) code;
    }
    return new DetachKeys(keys);
  }

  private static int code(String key) {
    if (key.length() == 1 && key.charAt(0) < 128) {
      return key.charAt(0);
    }
    var lower = key.toLowerCase(Locale.ROOT);
    return lower.startsWith(CONTROL) && lower.length() == CONTROL.length() + 1
        ? CONTROL_CHARACTERS.indexOf(lower.charAt(CONTROL.length()))
        : -1;
  }

  /// As Go writes bytes in JSON.
  String base64() {
    return Base64.getEncoder().encodeToString(keys);
  }

  /// Looks for the keys in what is typed. Used by one thread.
  Scanner scanner() {
    return new Scanner(keys);
  }

  /// What goes on, and whether the user has left.
  @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
  record Typed(byte[] bytes, boolean detached) {}

  /// Keeps back what may become the whole sequence.
  static final class Scanner {
    private final byte[] keys;
    private int matched;

    private Scanner(byte[] keys) {
      this.keys = keys;
    }

    Typed scan(byte[] typed, int length) {
      var out = new byte[length + keys.length];
      int n = 0;
      for (int i = 0; i < length; i++) {
        if (typed[i] == keys[matched]) {
          matched++;
          if (matched == keys.length) {
            return new Typed(Arrays.copyOf(out, n), true);
          }
          continue;
        }
        System.arraycopy(keys, 0, out, n, matched);
        n += matched;
        matched = 0;
        if (typed[i] == keys[0] && keys.length > 1) {
          matched = 1;
        } else {
          out[n++] = typed[i];
        }
      }
      return new Typed(Arrays.copyOf(out, n), false);
    }
  }
}
