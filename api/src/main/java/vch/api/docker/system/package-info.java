/// What the Docker API tells of the VCH and its daemon: ping, version, info, disk usage, events.
/// Also what it says of the parts of Docker that are not offered.
package vch.api.docker.system;
