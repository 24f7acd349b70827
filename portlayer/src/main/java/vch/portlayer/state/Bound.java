package vch.portlayer.state;

import vch.portlayer.container.ContainerId;
import vch.portlayer.port.Publication;

/// A publication in force and the live container that holds it.
public record Bound(ContainerId container, Publication publication) {}
