/// Leads containers through their lives: the order between record, network and process, and what to
/// do where one of them ended early. Which changes are allowed is decided in `vch.portlayer.rule`;
/// how a process is run is known to `vch.compute`.
package vch.engine.lifecycle;
