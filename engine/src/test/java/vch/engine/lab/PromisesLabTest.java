package vch.engine.lab;

import java.util.ArrayList;
import java.util.List;
import vch.engine.fake.Samples;
import vch.portlayer.container.Container;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Change;

/// Each bridge scope has a segment of its own.
class PromisesLabTest extends Promises {
  @Override
  List<Change> created(List<Scope> scopes) {
    var changes = new ArrayList<>(Samples.blueCreated());
    scopes.forEach(s -> changes.add(new Change.ScopePut(s)));
    return changes;
  }

  @Override
  Container placed(Container container) {
    return container;
  }
}
