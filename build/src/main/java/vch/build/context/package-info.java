/// Files that a build copies from: archives of strangers, read without unpacking them.
package vch.build.context;
