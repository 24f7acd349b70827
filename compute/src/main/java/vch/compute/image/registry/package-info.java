/// Fetching images from registries: OCI distribution specification 1.1 and Docker's registry API
/// v2. Puts what it fetches into the store; tags are not known here.
package vch.compute.image.registry;
