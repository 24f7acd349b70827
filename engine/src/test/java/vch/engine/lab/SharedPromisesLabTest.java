package vch.engine.lab;

import java.util.List;
import vch.engine.fake.Samples;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Change;

/// The one segment is inside the VCH.
class SharedPromisesLabTest extends SharedIpv6Promises {
  @Override
  List<Change> created(List<Scope> scopes) {
    return Samples.sharedCreated(scopes.toArray(Scope[]::new));
  }
}
