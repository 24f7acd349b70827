/// The domain: scopes, endpoints, addresses, publications, names, and the rules that hold between
/// them. Pure values: no I/O, no threads, no clock, no chance, no Linux, no Docker.
@org.jspecify.annotations.NullMarked
module vch.portlayer {
  requires static transitive org.jspecify;

  exports vch.portlayer.address;
  exports vch.portlayer.port;
  exports vch.portlayer.portgroup;
  exports vch.portlayer.vch;
  exports vch.portlayer.scope;
  exports vch.portlayer.container;
  exports vch.portlayer.name;
  exports vch.portlayer.refusal;
  exports vch.portlayer.state;
  exports vch.portlayer.rule;
  exports vch.portlayer.reach;
}
