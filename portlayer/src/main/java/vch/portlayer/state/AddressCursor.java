package vch.portlayer.state;

import vch.portlayer.address.Ip;
import vch.portlayer.scope.ScopeId;

/// How far the allocation of addresses has gone round in a scope, one a family. It is part of the
/// record, so a freed address rests over restarts of the daemon too. It says nothing about the
/// machine.
///
/// @param last the address that was handed out last
public record AddressCursor(ScopeId scope, Ip last) {}
