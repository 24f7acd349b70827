/// Root file systems: overlays over the layers of images, and paths inside them. What runs on them
/// is not known here.
package vch.compute.rootfs;
