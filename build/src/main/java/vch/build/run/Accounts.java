package vch.build.run;

import java.util.List;
import vch.build.context.TarPieces.Owner;
import vch.portlayer.refusal.Refusal;

/// Reads `--chown=user[:group]` against /etc/passwd and /etc/group. Pure.
final class Accounts {
  private static final String NUMBER = "[0-9]{1,10}";

  private Accounts() {}

  /// Numbers of an owner. A user alone is the name of the group too.
  static Owner owner(String text, String passwd, String group) {
    var parts = List.of(text.split(":", 2));
    var second = parts.size() == 2 ? parts.get(1) : parts.get(0);
    return new Owner(
        number("uid", "user", parts.get(0), passwd), number("gid", "group", second, group));
  }

  private static long number(String id, String kind, String name, String file) {
    if (name.matches(NUMBER)) {
      return Long.parseLong(name);
    }
    return file.lines()
        .map(l -> l.split(":", -1))
        .filter(f -> f.length > 2 && f[0].equals(name) && f[2].matches(NUMBER))
        .map(f -> Long.parseLong(f[2]))
        .findFirst()
        .orElseThrow(
            () ->
                new Refusal.Invalid(
                    "unable to convert uid/gid chown string to host mapping: can't find "
                        + id
                        + " for "
                        + kind
                        + " "
                        + name
                        + ": no such "
                        + kind
                        + ": "
                        + name));
  }
}
