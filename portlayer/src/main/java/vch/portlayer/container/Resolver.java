package vch.portlayer.container;

import java.util.List;
import vch.portlayer.address.Ip;

/// What the user said of name resolution inside a container.
///
/// @param servers `--dns`: asked by our name service in place of the VCH's upstreams
/// @param search `--dns-search`; `.` alone empties the list
/// @param options `--dns-option`
/// @param extraHosts `--add-host`, as `name:address`; the address may be `host-gateway`
public record Resolver(
    List<Ip> servers, List<String> search, List<String> options, List<String> extraHosts) {
  public static final Resolver NONE = new Resolver(List.of(), List.of(), List.of(), List.of());

  public Resolver {
    servers = List.copyOf(servers);
    search = List.copyOf(search);
    options = List.copyOf(options);
    extraHosts = List.copyOf(extraHosts);
  }
}
