package vch.app.compat;

/// The same where all bridge networks are on one segment.
class SharedIpv6WayOutTest extends Ipv6WayOutTest {
  @Override
  String[] options() {
    return new String[] {"--bridge-isolation=shared"};
  }
}
