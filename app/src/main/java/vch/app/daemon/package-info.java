/// The daemon: its settings, the one place that builds every long-lived object ([Daemon]), and what
/// it opens for each VCH.
package vch.app.daemon;
