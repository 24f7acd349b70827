/// User-space protocols: DNS, and DHCP clients. Data comes from the published image, sockets from
/// the machine.
@org.jspecify.annotations.NullMarked
module vch.services {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires org.dnsjava;

  exports vch.services.dhcp;
  exports vch.services.dns;
}
