/// The admin API on the daemon's local socket: what the command line speaks. Renders tables,
/// templates and JSON itself, so that the command line need not. Docker's API is elsewhere.
package vch.api.admin;
