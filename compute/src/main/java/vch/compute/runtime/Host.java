package vch.compute.runtime;

/// What the machine offers to containers, observed once at the daemon's start.
///
/// @param unifiedCgroups cgroup v2 alone; else v1 hierarchies (a hybrid counts as v1)
/// @param swapAccounting memory and swap together can be bounded
/// @param seccomp the kernel filters system calls
/// @param recursiveReadOnly a bind mount can be made read-only with all below it (Linux 5.12)
/// @param architecture as uname says: `x86_64`, `aarch64`
/// @param capabilities those that the daemon may give away, as a bit set by number (`CapBnd` of
///   proc(5))
record Host(
    boolean unifiedCgroups,
    boolean swapAccounting,
    boolean seccomp,
    boolean recursiveReadOnly,
    String architecture,
    long capabilities) {}
