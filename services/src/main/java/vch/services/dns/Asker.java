package vch.services.dns;

import java.util.Optional;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Who asks.
sealed interface Asker {
  /// Of different VCHs addresses and names may be equal.
  VchId vch();

  /// The live container that it is.
  Optional<Container> container(Image image);

  /// Known by its address on a scope of the VCH.
  record At(VchId vch, Ip address) implements Asker {
    @Override
    public Optional<Container> container(Image image) {
      return image
          .holder(vch, address)
          .flatMap(h -> image.container(h.container()))
          .filter(Container::live);
    }
  }

  /// Known by the socket, which is inside the container's own namespace.
  record Inside(VchId vch, ContainerId id) implements Asker {
    @Override
    public Optional<Container> container(Image image) {
      return image.container(id).filter(Container::live);
    }
  }
}
