/// Docker's volume routes. What is allowed is decided by the rules of volumes.
package vch.api.docker.volume;
