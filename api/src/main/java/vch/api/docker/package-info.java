/// What all of Docker's API shares: one call, JSON in and out, filters, versions, errors with their
/// numbers. The things that the API is about have a package each below this one.
package vch.api.docker;
