package vch.portlayer.state;

import vch.portlayer.vch.VchId;

/// A name by which a VCH knows a container image.
///
/// @param reference normalised: `docker.io/library/busybox:latest`; or `<none>@<image>` for an
///   image without a tag
/// @param image `sha256:` and 64 hex digits
/// @param repoDigest digest of the manifest it was pulled by, empty when built or loaded
public record ImageTag(VchId vch, String reference, String image, String repoDigest) {}
