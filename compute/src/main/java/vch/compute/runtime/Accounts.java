package vch.compute.runtime;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import vch.portlayer.refusal.Refusal;

/// The accounts of a root file system, from the text of its /etc/passwd and /etc/group. Lines that
/// are not of the form of passwd(5) and group(5) are passed over.
record Accounts(List<User> users, List<Group> groups) {
  private static final long ID_MAX = Integer.MAX_VALUE;

  record User(String name, long uid, long gid) {}

  record Group(String name, long gid, List<String> members) {}

  static Accounts parse(String passwd, String group) {
    var users = new ArrayList<User>();
    passwd
        .lines()
        .map(l -> l.split(":", -1))
        .filter(f -> f.length >= 4 && !f[0].isEmpty())
        .forEach(
            f ->
                number(f[2])
                    .ifPresent(
                        uid -> number(f[3]).ifPresent(gid -> users.add(new User(f[0], uid, gid)))));
    var groups = new ArrayList<Group>();
    group
        .lines()
        .map(l -> l.split(":", -1))
        .filter(f -> f.length >= 3 && !f[0].isEmpty())
        .forEach(
            f -> {
              var members =
                  f.length > 3 && !f[3].isBlank()
                      ? List.of(f[3].strip().split(","))
                      : List.<String>of();
              number(f[2]).ifPresent(gid -> groups.add(new Group(f[0], gid, members)));
            });
    return new Accounts(List.copyOf(users), List.copyOf(groups));
  }

  /// Who `wanted` (`name|uid[:group|gid]`, empty: root) is here. Numbers need no entry, names do.
  ///
  /// @param extra names or numbers of groups to add
  /// @throws Refusal.Invalid `unable to find user …`
  Identity resolve(String wanted, List<String> extra) {
    var parts = wanted.split(":", 2);
    var userPart = parts[0];
    var groupPart = parts.length > 1 ? parts[1] : "";
    var user = user(userPart);
    long uid;
    if (user.isPresent()) {
      uid = user.get().uid();
    } else if (userPart.isEmpty()) {
      uid = 0;
    } else {
      uid = number(userPart).orElseThrow(() -> none("user", userPart, "passwd"));
    }
    long gid = user.map(User::gid).orElse(0L);
    var more = new LinkedHashSet<Long>();
    if (groupPart.isEmpty()) {
      user.ifPresent(
          u ->
              groups.stream()
                  .filter(g -> g.members().contains(u.name()))
                  .forEach(g -> more.add(g.gid())));
    } else {
      gid = group(groupPart);
    }
    check(uid);
    check(gid);
    extra.forEach(g -> more.add(group(g)));
    more.remove(gid);
    var all = new ArrayList<Long>();
    all.add(gid);
    all.addAll(more);
    all.forEach(Accounts::check);
    return new Identity(uid, gid, all);
  }

  private Optional<User> user(String wanted) {
    var number = wanted.isEmpty() ? Optional.of(0L) : number(wanted);
    return users.stream()
        .filter(u -> u.name().equals(wanted))
        .findFirst()
        .or(() -> number.flatMap(n -> users.stream().filter(u -> u.uid() == n).findFirst()));
  }

  private long group(String wanted) {
    return groups.stream()
        .filter(g -> g.name().equals(wanted))
        .findFirst()
        .map(Group::gid)
        .or(() -> number(wanted))
        .orElseThrow(() -> none("group", wanted, "group"));
  }

  private static Optional<Long> number(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    return Optional.of(Long.parseLong(text));
  }

  private static void check(long id) {
    if (id > ID_MAX) {
      throw new Refusal.Invalid("uids and gids must be in range 0-" + ID_MAX);
    }
  }

  private static Refusal none(String what, String name, String file) {
    return new Refusal.Invalid(
        "unable to find " + what + " " + name + ": no matching entries in " + file + " file");
  }
}
