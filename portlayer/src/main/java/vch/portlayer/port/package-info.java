/// Ports, ranges of ports and publications. Which rule lets a publication in is decided in
/// `vch.portlayer.rule`.
package vch.portlayer.port;
