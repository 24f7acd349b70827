/// The door: [vch.build.Builder] makes an image by a Dockerfile, [vch.build.Changes] change
/// defaults.
package vch.build;
