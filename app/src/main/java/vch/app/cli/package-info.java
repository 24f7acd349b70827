/// The command line: parses what the user typed, sends it to the daemon, prints what comes back. It
/// formats nothing and decides nothing itself, so that it starts quickly (docs/decisions/0006).
package vch.app.cli;
