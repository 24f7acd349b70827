/// Linux through the foreign function interface: system calls, netlink, nftables, namespaces. The
/// only module with native access. Knows nothing of containers, policies or Docker.
@org.jspecify.annotations.NullMarked
module vch.kernel {
  requires static transitive org.jspecify;

  exports vch.kernel.libc;
  exports vch.kernel.process;
  exports vch.kernel.unix;
  exports vch.kernel.packet;
  exports vch.kernel.udp;
  exports vch.kernel.netns;
  exports vch.kernel.netlink;
  exports vch.kernel.rtnl;
  exports vch.kernel.nft;
  exports vch.kernel.conntrack;
}
