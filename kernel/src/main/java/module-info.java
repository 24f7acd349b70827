/// Linux through the foreign function interface: system calls, netlink, nftables, namespaces. The only module with native
/// access. Knows nothing of containers, policies or Docker.
@org.jspecify.annotations.NullMarked
module vch.kernel {
  requires static transitive org.jspecify;

  exports vch.kernel.libc;
  exports vch.kernel.unix;
}
