package vch.compute.runtime;

import java.nio.file.Path;
import java.util.Optional;

/// Where containers live, and what runs them.
///
/// @param state durable directory of the daemon: roots, logs, volumes
/// @param run directory of the daemon that a reboot empties: bundles, sockets, mount points
/// @param runtime name or absolute path of the OCI runtime; empty: crun where it runs on this
///   machine, else runc
public record RuntimeSettings(Path state, Path run, Optional<String> runtime) {}
