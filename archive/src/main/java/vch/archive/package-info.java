/// Archives of strangers: compression told by what is there, tar entries with their extended
/// attributes to the byte, and damage told from a stream that broke.
package vch.archive;
