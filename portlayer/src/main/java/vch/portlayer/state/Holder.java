package vch.portlayer.state;

import vch.portlayer.container.ContainerId;
import vch.portlayer.scope.ScopeId;

/// Who holds an address, and on which scope.
public record Holder(ContainerId container, ScopeId scope) {}
