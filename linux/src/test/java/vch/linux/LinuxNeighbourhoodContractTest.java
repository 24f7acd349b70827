package vch.linux;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import vch.engine.fake.NeighbourhoodContract;
import vch.engine.machine.Machine;

/// What the engine relies on in ARP, held against the kernel.
@Tag("lab")
class LinuxNeighbourhoodContractTest extends NeighbourhoodContract {
  private Optional<Lab> lab = Optional.empty();

  /// After the contract has cleared and closed its machine: nothing may be left.
  @RegisterExtension private final AfterEachCallback closing = _ -> lab.orElseThrow().close();

  @Override
  protected Machine machine() throws Exception {
    lab = Optional.of(new Lab());
    return lab.get().machine();
  }
}
