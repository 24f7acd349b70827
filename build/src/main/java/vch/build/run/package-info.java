/// Runs the steps of a build.
package vch.build.run;
