package vch.compute.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountsTest {
  private final Accounts accounts =
      Accounts.parse(
          "root:x:0:0:root:/root:/bin/sh\n# no account\nbroken\nworker:x:1000:100::/:\n1234:x:55:56::/:\n",
          "root:x:0:\nusers:x:100:\naudio:x:29:worker,other\nstaff:x:50:worker\n");

  @ParameterizedTest
  @CsvSource({
    "'', 0, 0, '0'",
    "root, 0, 0, '0'",
    "worker, 1000, 100, '100 29 50'",
    "1000, 1000, 100, '100 29 50'",
    "worker:staff, 1000, 50, '50'",
    "77, 77, 0, '0'",
    "77:88, 77, 88, '88'",
    "1234, 55, 56, '56'",
    ":29, 0, 29, '29'"
  })
  void a_user_is_known_by_name_or_number(String wanted, long uid, long gid, String groups) {
    var who = accounts.resolve(wanted, List.of());
    assertThat(who.uid()).isEqualTo(uid);
    assertThat(who.gid()).isEqualTo(gid);
    assertThat(String.join(" ", who.groups().stream().map(String::valueOf).toList()))
        .isEqualTo(groups);
  }

  @Test
  void groups_can_be_added() {
    assertThat(accounts.resolve("root", List.of("audio", "4711", "0")).groups())
        .containsExactly(0L, 29L, 4711L);
  }

  @ParameterizedTest
  @CsvSource({
    "nobody, 'unable to find user nobody: no matching entries in passwd file'",
    "root:none, 'unable to find group none: no matching entries in group file'",
    "2147483648, 'uids and gids must be in range 0-2147483647'",
    "-1, 'unable to find user -1: no matching entries in passwd file'"
  })
  void who_is_not_there_is_refused(String wanted, String message) {
    assertThatThrownBy(() -> accounts.resolve(wanted, List.of())).hasMessage(message);
  }
}
