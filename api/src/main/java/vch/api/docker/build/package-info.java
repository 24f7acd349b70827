/// Building images and committing containers. The work is [vch.build]'s.
package vch.api.docker.build;
