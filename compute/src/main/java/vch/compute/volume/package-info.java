/// Named volumes as directories of the machine. Who mounts them is not known here.
package vch.compute.volume;
