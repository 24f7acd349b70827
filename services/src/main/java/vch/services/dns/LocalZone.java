package vch.services.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.name.Answer;
import vch.portlayer.name.Names;
import vch.portlayer.state.Image;

/// The records of a VCH's own names, as a container sees them.
final class LocalZone {
  private static final int TTL = Responses.LOCAL_TTL_SECONDS;

  private LocalZone() {}

  /// @param records none: the name is there, without a record of the type
  record Local(int rcode, List<Record> records) {}

  /// Empty when the question is not ours to answer.
  static Optional<Local> look(Image image, Asker asker, Name name, int type) {
    var text = text(name);
    if (isLocalhost(text)) {
      return Optional.of(new Local(Rcode.NOERROR, localhost(name, type)));
    }
    var who = asker.container(image);
    var reversed = reversed(text);
    if (reversed.isPresent()) {
      return switch (Names.names(image, asker.vch(), who, reversed.get())) {
        case Answer.Names(var names) ->
            Optional.of(
                names.isEmpty()
                    ? new Local(Rcode.NXDOMAIN, List.of())
                    : new Local(
                        Rcode.NOERROR,
                        type == Type.PTR || type == Type.ANY
                            ? pointer(name, names.getFirst())
                            : List.of()));
        case Answer.Addresses _, Answer.Unknown _ -> Optional.empty();
      };
    }
    if (who.isEmpty()) {
      return Optional.empty();
    }
    var family = type == Type.AAAA ? Family.IPV6 : Family.IPV4;
    return switch (Names.addresses(image, who.get(), text, family)) {
      case Answer.Addresses(var addresses) ->
          Optional.of(
              new Local(
                  Rcode.NOERROR,
                  type == Type.A || type == Type.AAAA || type == Type.ANY
                      ? records(name, addresses)
                      : List.of()));
      case Answer.Names _, Answer.Unknown _ -> Optional.empty();
    };
  }

  private static List<Record> records(Name name, List<Ip> addresses) {
    var out = new ArrayList<Record>(addresses.size());
    for (var ip : addresses) {
      out.add(record(name, ip));
    }
    return out;
  }

  private static Record record(Name name, Ip ip) {
    try {
      var address = InetAddress.getByAddress(ip.bytes());
      return ip.isIpv4()
          ? new ARecord(name, DClass.IN, TTL, address)
          : new AAAARecord(name, DClass.IN, TTL, address);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }

  private static List<Record> pointer(Name name, String target) {
    try {
      return List.of(
          new PTRRecord(
              name, DClass.IN, TTL, Name.fromString(target.toLowerCase(Locale.ROOT), Name.root)));
    } catch (TextParseException _) {
      return List.of(); // a name longer than DNS allows: the address has one, but it cannot be said
    }
  }

  /// RFC 6761 section 6.3: never asked upstream.
  private static boolean isLocalhost(String text) {
    return text.equals("localhost") || text.endsWith(".localhost");
  }

  private static List<Record> localhost(Name name, int type) {
    return switch (type) {
      case Type.A -> List.of(record(name, Ip.parse("127.0.0.1")));
      case Type.AAAA -> List.of(record(name, Ip.parse("::1")));
      default -> List.of();
    };
  }

  /// Lower case, without the final dot.
  private static String text(Name name) {
    return name.toString(true).toLowerCase(Locale.ROOT);
  }

  /// The address that a name below in-addr.arpa or ip6.arpa stands for.
  static Optional<Ip> reversed(String text) {
    if (text.endsWith(".in-addr.arpa")) {
      var labels = text.substring(0, text.length() - ".in-addr.arpa".length()).split("\\.", -1);
      return labels.length == 4
          ? Ip.tryParse(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0])
          : Optional.empty();
    }
    if (text.endsWith(".ip6.arpa") && text.length() == 63 + ".ip6.arpa".length()) {
      var out = new StringBuilder();
      for (int i = 62; i >= 0; i -= 2) {
        if (i < 62 && text.charAt(i + 1) != '.') {
          return Optional.empty();
        }
        out.append(text.charAt(i)).append(i > 0 && (62 - i) % 8 == 6 ? ":" : "");
      }
      return Ip.tryParse(out.toString());
    }
    return Optional.empty();
  }
}
