/// The name service of VCHs: sockets, the DNS protocol, forwarding and caching. Who has which name
/// is not decided here but in `vch.portlayer.name`.
package vch.services.dns;
