package vch.portlayer.container;

/// A device node of the machine offered inside a container; `permissions` of `rwm`.
public record Device(String source, String target, String permissions) {}
