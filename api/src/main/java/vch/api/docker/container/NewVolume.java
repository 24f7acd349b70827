package vch.api.docker.container;

import java.util.Map;

/// A volume with labels or driver options that a new container mounts, made before it unless it is
/// there.
///
/// @param anonymous named by us, removed with the container on `rm -v`
record NewVolume(
    String name, Map<String, String> labels, Map<String, String> options, boolean anonymous) {}
