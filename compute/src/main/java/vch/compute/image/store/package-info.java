/// Images on disk: configurations and layers by digest, each stored once. Which of them are needed
/// is not kept here; it follows from the records of tags and containers.
package vch.compute.image.store;
