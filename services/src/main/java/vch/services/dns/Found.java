package vch.services.dns;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/// What an upstream server said.
///
/// @param bytes size on the wire, about what it takes of memory
/// @param authentic the server vouches for signatures (AD, RFC 4035)
/// @param ttlSeconds how long it may be kept; 0: not at all
record Found(
    int rcode,
    List<Record> answer,
    List<Record> authority,
    List<Record> additional,
    boolean authentic,
    int bytes,
    long ttlSeconds) {
  /// Nothing is kept longer, whatever a server says.
  static final long TTL_MAX_SECONDS = 86_400;

  /// RFC 2308 section 5: negative answers, one to three hours.
  static final long NEGATIVE_TTL_MAX_SECONDS = 3 * 3600;

  Found {
    answer = List.copyOf(answer);
    authority = List.copyOf(authority);
    additional = List.copyOf(additional);
  }

  static Found of(Message message, int bytes) {
    var additional = new ArrayList<Record>();
    for (var record : message.getSection(Section.ADDITIONAL)) {
      if (!(record instanceof OPTRecord)) {
        additional.add(record);
      }
    }
    var answer = message.getSection(Section.ANSWER);
    var authority = message.getSection(Section.AUTHORITY);
    return new Found(
        message.getRcode(),
        answer,
        authority,
        additional,
        message.getHeader().getFlag(Flags.AD),
        bytes,
        ttl(message.getRcode(), answer, authority));
  }

  /// The server could not or would not resolve the name (RFC 9520 section 2); another may.
  boolean failure() {
    return rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN;
  }

  private static long ttl(int rcode, List<Record> answer, List<Record> authority) {
    if (rcode == Rcode.NOERROR && !answer.isEmpty()) {
      return answer.stream().mapToLong(Record::getTTL).min().stream()
          .map(t -> Math.min(t, TTL_MAX_SECONDS))
          .findFirst()
          .orElse(0);
    }
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      return 0;
    }
    for (var record : authority) {
      if (record instanceof SOARecord soa) {
        return Math.min(Math.min(soa.getTTL(), soa.getMinimum()), NEGATIVE_TTL_MAX_SECONDS);
      }
    }
    return 0; // RFC 2308 section 5: no SOA, not kept
  }
}
