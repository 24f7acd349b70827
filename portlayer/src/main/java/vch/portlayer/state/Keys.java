package vch.portlayer.state;

import java.util.Locale;
import vch.portlayer.address.Ip;
import vch.portlayer.port.Protocol;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.vch.VchId;

/// Keys of the tables and indexes of an image. Text keys are `owner/rest`: all rows of one owner
/// lie between `owner/` and `owner0`, since `0` follows `/`.
final class Keys {
  private Keys() {}

  static String of(VchId vch, String rest) {
    return vch.value() + "/" + rest;
  }

  static String of(ScopeId scope, String rest) {
    return scope.value() + "/" + rest;
  }

  static String first(String owner) {
    return owner + "/";
  }

  static String end(String owner) {
    return owner + "0";
  }

  /// After every key that begins with `prefix`; rests are printable ASCII or names without U+FFFF.
  static String afterPrefix(String prefix) {
    return prefix + '\uffff';
  }

  /// Names are looked up in any case (RFC 4343).
  static String name(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /// An address within a VCH.
  record At(VchId vch, Ip address) implements Comparable<At> {
    @Override
    public int compareTo(At other) {
      int c = vch.compareTo(other.vch);
      return c != 0 ? c : address.compareTo(other.address);
    }
  }

  /// The first port of a publication in force. `host` is empty for all addresses.
  record PortAt(VchId vch, Protocol protocol, String host, int first)
      implements Comparable<PortAt> {
    @Override
    public int compareTo(PortAt other) {
      int c = vch.compareTo(other.vch);
      c = c != 0 ? c : protocol.compareTo(other.protocol);
      c = c != 0 ? c : host.compareTo(other.host);
      return c != 0 ? c : Integer.compare(first, other.first);
    }

    boolean sameHost(PortAt other) {
      return vch.equals(other.vch) && protocol == other.protocol && host.equals(other.host);
    }
  }
}
