package vch.portlayer.reach;

/// The rule of a trust level that decides.
public enum LevelRule {
  NOTHING_OUT("nothing leaves", false),
  NOTHING_IN("nothing comes in", false),
  REPLIES_ONLY("only replies come in", false),
  PEER("peers come in, and this is one", true),
  NO_PEER("only peers come in, and this is none", false),
  PORT("the port is published", true),
  NO_PORT("the port is not published", false),
  PING("anyone may ping", true),
  ALL("everything comes in", true);

  private final String text;
  private final boolean passes;

  LevelRule(String text, boolean passes) {
    this.text = text;
    this.passes = passes;
  }

  public String text() {
    return text;
  }

  /// False where the packet is dropped.
  public boolean passes() {
    return passes;
  }
}
