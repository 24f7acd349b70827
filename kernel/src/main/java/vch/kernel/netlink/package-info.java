/// Netlink, netlink(7): sockets, messages, attributes, dumps. What the messages mean is in
/// `vch.kernel.rtnl`, `vch.kernel.nft` and `vch.kernel.conntrack`.
package vch.kernel.netlink;
