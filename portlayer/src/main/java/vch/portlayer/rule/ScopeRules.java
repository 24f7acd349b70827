package vch.portlayer.rule;

import java.util.List;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Rules of scopes.
public final class ScopeRules {
  private ScopeRules() {}

  public static Decision<Scope> create(Image image, CreateScope command) {
    throw new AssertionError("being written");
  }

  /// Refused for builtin scopes and while a member is live. Endpoints of stopped members lose their scope and addresses.
  public static Decision<Scope> remove(Image image, ScopeId id) {
    throw new AssertionError("being written");
  }

  /// Lookup by exact id, then exact name, then unique id prefix.
  public static Scope find(Image image, VchId vch, String term) {
    throw new AssertionError("being written");
  }

  /// Live members, in the order of their names.
  public static List<vch.portlayer.container.Container> liveMembers(Image image, ScopeId id) {
    throw new AssertionError("being written");
  }
}
