package vch.compute.image.store;

import vch.compute.image.Digest;
import vch.compute.image.ImageConfig;

/// An image of the store: its id and its configuration.
public record StoredImage(Digest id, ImageConfig config) {}
