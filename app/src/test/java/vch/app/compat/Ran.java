package vch.app.compat;

import static org.assertj.core.api.Assertions.assertThat;

/// What a command printed and how it ended.
public record Ran(String command, int status, String out, String err) {
  /// @return standard output without the white space around it
  public String ok() {
    assertThat(status).as(this::toString).isZero();
    return out.strip();
  }

  public Ran saying(String text) {
    ok();
    assertThat(out + err).as(command).contains(text);
    return this;
  }

  /// It failed, and told why.
  public Ran refused(String why) {
    assertThat(status).as(this::toString).isNotZero();
    assertThat(out + err).as(command).contains(why);
    return this;
  }

  /// It ended with this status.
  public Ran exits(int wanted) {
    assertThat(status).as(this::toString).isEqualTo(wanted);
    return this;
  }

  @Override
  public String toString() {
    return "$ " + command + "\n" + out + err + "[exit status " + status + "]";
  }
}
