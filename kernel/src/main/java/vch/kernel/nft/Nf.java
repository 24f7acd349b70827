package vch.kernel.nft;

import vch.kernel.netlink.Message;

/// Numbers of linux/netfilter/nfnetlink.h and linux/netfilter/nf_tables.h.
final class Nf {
  static final int NFNLGRP_NFTABLES = 7;
  private static final int SUBSYSTEM = 10;
  private static final int NFNL_MSG_BATCH_BEGIN = 0x10;
  private static final int NFNL_MSG_BATCH_END = 0x11;

  static final int NEWTABLE = 0;
  static final int GETTABLE = 1;
  static final int NEWCHAIN = 3;
  static final int GETCHAIN = 4;
  static final int DELCHAIN = 5;
  static final int NEWRULE = 6;
  static final int GETRULE = 7;
  static final int NEWSET = 9;
  static final int GETSET = 10;
  static final int NEWSETELEM = 12;
  static final int GETSETELEM = 13;
  static final int DELSETELEM = 14;
  static final int NEWGEN = 15;

  static final int NFTA_TABLE_NAME = 1;
  static final int NFTA_CHAIN_TABLE = 1;
  static final int NFTA_CHAIN_NAME = 3;
  static final int NFTA_CHAIN_HOOK = 4;
  static final int NFTA_CHAIN_POLICY = 5;
  static final int NFTA_CHAIN_TYPE = 7;
  static final int NFTA_CHAIN_FLAGS = 10;
  static final int NFTA_RULE_TABLE = 1;
  static final int NFTA_RULE_CHAIN = 2;
  static final int NFTA_RULE_EXPRESSIONS = 4;
  static final int NFTA_EXPR_NAME = 1;
  static final int NFTA_EXPR_DATA = 2;
  static final int NFTA_SET_TABLE = 1;
  static final int NFTA_SET_NAME = 2;
  static final int NFTA_SET_FLAGS = 3;
  static final int NFTA_SET_KEY_TYPE = 4;
  static final int NFTA_SET_KEY_LEN = 5;
  static final int NFTA_SET_DATA_TYPE = 6;
  static final int NFTA_SET_ELEM_LIST_TABLE = 1;
  static final int NFTA_SET_ELEM_LIST_SET = 2;
  static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
  static final int NFTA_LIST_ELEM = 1;
  static final int NFTA_SET_ELEM_KEY = 1;
  static final int NFTA_SET_ELEM_DATA = 2;
  static final int NFTA_SET_ELEM_FLAGS = 3;
  static final int NFTA_SET_ELEM_KEY_END = 10;
  static final int NFTA_DATA_VALUE = 1;
  static final int NFT_SET_ELEM_INTERVAL_END = 1;
  static final int NFTA_GEN_PROC_PID = 2;

  static final int NFGENMSG_BYTES = 4; // u8 family, u8 version 0, be16 resource id

  private Nf() {}

  static int type(int message) {
    return SUBSYSTEM << 8 | message;
  }

  static Message message(int type, int flags, int family) {
    return new Message(type(type), flags).u8(family).u8(0).be16(0);
  }

  static Message begin() {
    return new Message(NFNL_MSG_BATCH_BEGIN, 0).u8(0).u8(0).be16(SUBSYSTEM);
  }

  static Message end() {
    return new Message(NFNL_MSG_BATCH_END, 0).u8(0).u8(0).be16(SUBSYSTEM);
  }

  /// NFPROTO_* of linux/netfilter.h.
  static int family(String name) {
    return switch (name) {
      case "inet" -> 1;
      case "ip" -> 2;
      case "arp" -> 3;
      case "netdev" -> 5;
      case "bridge" -> 7;
      case "ip6" -> 10;
      default -> throw new IllegalArgumentException("'" + name + "' is no family of nftables");
    };
  }

  static String family(int number) {
    return switch (number) {
      case 1 -> "inet";
      case 2 -> "ip";
      case 3 -> "arp";
      case 5 -> "netdev";
      case 7 -> "bridge";
      case 10 -> "ip6";
      default -> "family" + number;
    };
  }
}
