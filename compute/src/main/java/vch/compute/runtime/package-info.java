/// Containers as processes: their OCI configuration, conmon, the OCI runtime, cgroups, exits,
/// attach and exec. Images, and when a container should run, are not known here.
package vch.compute.runtime;
