/// Logs of containers as conmon writes them: reading, following, keeping rotated files. Who runs is
/// not known here.
package vch.compute.log;
