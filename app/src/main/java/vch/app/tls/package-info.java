/// Certificates of the Docker API: each VCH is its own authority. Where they are used is the
/// daemon's matter.
package vch.app.tls;
