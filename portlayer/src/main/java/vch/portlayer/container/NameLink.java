package vch.portlayer.container;

/// `--link target:alias`: a name private to the container that declared it. The target is a name or
/// id, as asked.
public record NameLink(String target, String alias) {}
