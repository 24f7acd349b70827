/// Docker's container and exec routes: requests turned into commands, the image turned into
/// Docker's JSON, and streams. What a command means is decided in the rules; how a process runs is
/// not known here.
package vch.api.docker.container;
