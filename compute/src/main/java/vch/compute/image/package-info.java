/// Images: their store, how they come from registries and archives. How a container uses one is not
/// known here.
package vch.compute.image;
