package vch.kernel.rtnl;

/// Numbers of linux/rtnetlink.h, linux/fib_rules.h, linux/if_link.h, linux/if_addr.h and
/// linux/net_namespace.h.
final class Rtm {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTM_NEWRULE = 32;
  static final int RTM_DELRULE = 33;
  static final int RTM_GETRULE = 34;
  static final int RTM_NEWNSID = 88;
  static final int RTM_DELNSID = 89;
  static final int RTM_GETNSID = 90;

  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_BRIDGE = 7;
  static final int AF_INET6 = 10;

  static final int IFF_UP = 1;
  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_PROTINFO = 12;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_GROUP = 27;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_LINK_NETNSID = 37;
  static final int RTEXT_FILTER_SKIP_STATS = 8;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_MACVLAN_MODE = 1;
  static final int MACVLAN_MODE_BRIDGE = 4;
  static final int VETH_INFO_PEER = 1;
  static final int IFLA_BR_MULTI_BOOLOPT = 46;

  static final int IFLA_BRPORT_MODE = 4; // hairpin
  static final int IFLA_BRPORT_ISOLATED = 33;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;
  static final int IFA_BROADCAST = 4;
  static final int IFA_FLAGS = 8;
  static final int IFA_PROTO = 11;
  static final int IFA_F_NODAD = 2;

  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_PRIORITY = 6;
  static final int RTA_PREFSRC = 7;
  static final int RTA_TABLE = 15;
  static final int RT_TABLE_UNSPEC = 0;
  static final int RT_TABLE_MAIN = 254;
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RTN_UNICAST = 1;
  static final int RTNH_F_ONLINK = 4;

  static final int FRA_SRC = 2;
  static final int FRA_PRIORITY = 6;
  static final int FRA_TABLE = 15;
  static final int FRA_PROTOCOL = 21;
  static final int FR_ACT_TO_TBL = 1;

  static final int NETNSA_NSID = 1;
  static final int NETNSA_FD = 3;

  static final int IFINFOMSG_BYTES = 16;
  static final int IFADDRMSG_BYTES = 8;
  static final int RTMSG_BYTES = 12;
  static final int FIB_RULE_HDR_BYTES = 12;
  static final int RTGENMSG_BYTES = 4; // u8 family, padded

  private Rtm() {}
}
