package vch.portlayer.container;

/// A resource limit of getrlimit(2), by its lower-case name without `RLIMIT_`; -1: unlimited.
public record Ulimit(String name, long soft, long hard) {}
