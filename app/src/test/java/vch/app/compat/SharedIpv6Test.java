package vch.app.compat;

/// The same where all bridge networks are on one segment.
class SharedIpv6Test extends Ipv6Test {
  @Override
  String[] options() {
    return new String[] {"--bridge-isolation=shared"};
  }
}
