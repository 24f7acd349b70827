/// The files of containers from outside, while their processes may change anything at any time:
/// everything is held by descriptors, so no symbolic link that appears meanwhile leads anywhere.
/// How roots are mounted is not known here. [Trees] is for directories of our own.
package vch.compute.files;
