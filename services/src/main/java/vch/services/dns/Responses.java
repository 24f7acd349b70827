package vch.services.dns;

import java.util.List;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/// Puts responses together.
final class Responses {
  /// Largest datagram we send or say that we take: it fits into every MTU that IPv6 allows (RFC
  /// 9715).
  static final int UDP_BYTES_MAX = 1232;

  /// Largest datagram for who does not say (RFC 1035 section 4.2.1).
  static final int UDP_BYTES_PLAIN = 512;

  /// Largest message at all, over TCP.
  static final int TCP_BYTES_MAX = 65535;

  /// Local names may change with the next command, so they may not be kept (RFC 1035 section
  /// 3.2.1).
  static final int LOCAL_TTL_SECONDS = 0;

  private Responses() {}

  /// An empty response to the query.
  static Message empty(Message query, int rcode) {
    var response = new Message(query.getHeader().getID());
    var header = response.getHeader();
    header.setFlag(Flags.QR);
    header.setFlag(Flags.RA);
    header.setOpcode(query.getHeader().getOpcode());
    if (query.getHeader().getFlag(Flags.RD)) {
      header.setFlag(Flags.RD);
    }
    if (query.getHeader().getFlag(Flags.CD)) {
      header.setFlag(Flags.CD);
    }
    var question = query.getQuestion();
    if (question != null) {
      response.addRecord(question, Section.QUESTION);
    }
    header.setRcode(rcode & 0xf);
    var opt = query.getOPT();
    if (opt != null) {
      response.addRecord(
          new OPTRecord(UDP_BYTES_MAX, rcode >> 4, 0, opt.getFlags() & ExtendedFlags.DO),
          Section.ADDITIONAL);
    }
    return response;
  }

  /// From our own zone.
  static Message local(Message query, int rcode, List<Record> answer) {
    var response = empty(query, rcode);
    response.getHeader().setFlag(Flags.AA);
    answer.forEach(r -> response.addRecord(r, Section.ANSWER));
    if (answer.isEmpty()) {
      response.addRecord(soa(query.getQuestion().getName()), Section.AUTHORITY);
    }
    return response;
  }

  /// RFC 2308: a negative answer says for how long it holds; ours holds for this moment.
  private static SOARecord soa(Name name) {
    return new SOARecord(
        name,
        org.xbill.DNS.DClass.IN,
        LOCAL_TTL_SECONDS,
        Name.root,
        Name.root,
        1,
        3600,
        600,
        86400,
        LOCAL_TTL_SECONDS);
  }

  /// What an upstream server said `ageSeconds` ago.
  static Message found(Message query, Found found, long ageSeconds) {
    var response = empty(query, found.rcode());
    if (found.authentic()) {
      response.getHeader().setFlag(Flags.AD);
    }
    add(response, Section.ANSWER, found.answer(), ageSeconds);
    add(response, Section.AUTHORITY, found.authority(), ageSeconds);
    add(response, Section.ADDITIONAL, found.additional(), ageSeconds);
    return response;
  }

  private static void add(Message response, int section, List<Record> records, long ageSeconds) {
    for (var r : records) {
      response.addRecord(
          ageSeconds == 0
              ? r
              : Record.newRecord(
                  r.getName(),
                  r.getType(),
                  r.getDClass(),
                  Math.max(0, r.getTTL() - ageSeconds),
                  r.rdataToWireCanonical()),
          section);
    }
  }

  /// The bytes for a datagram: no more than the asker takes. What does not fit is cut and the
  /// response marked, but as many addresses as fit stay: there are resolvers that never ask again
  /// over TCP.
  static byte[] datagram(Message query, Message response) {
    var opt = query.getOPT();
    int takes =
        opt == null
            ? UDP_BYTES_PLAIN
            : Math.clamp(opt.getPayloadSize(), UDP_BYTES_PLAIN, UDP_BYTES_MAX);
    var whole = response.toWire();
    if (whole.length <= takes) {
      return whole;
    }
    int fits = 0; // records, found by halving
    int tooMany = response.getSection(Section.ANSWER).size() + 1;
    while (tooMany - fits > 1) {
      int middle = (fits + tooMany) / 2;
      if (cut(response, middle).toWire().length <= takes) {
        fits = middle;
      } else {
        tooMany = middle;
      }
    }
    return cut(response, fits).toWire();
  }

  /// The first records of the answer, and nothing after them but the asker's extensions.
  private static Message cut(Message response, int records) {
    var out = new Message(response.getHeader().getID());
    for (int flag = 0; flag < 16; flag++) {
      if (Flags.isFlag(flag) && response.getHeader().getFlag(flag)) {
        out.getHeader().setFlag(flag);
      }
    }
    out.getHeader().setFlag(Flags.TC);
    out.getHeader().setOpcode(response.getHeader().getOpcode());
    out.getHeader().setRcode(response.getHeader().getRcode());
    response.getSection(Section.QUESTION).forEach(r -> out.addRecord(r, Section.QUESTION));
    response.getSection(Section.ANSWER).stream()
        .limit(records)
        .forEach(r -> out.addRecord(r, Section.ANSWER));
    var opt = response.getOPT();
    if (opt != null) {
      out.addRecord(opt, Section.ADDITIONAL);
    }
    return out;
  }

  static byte[] stream(Message response) {
    return response.toWire(TCP_BYTES_MAX);
  }

  /// For a query of which only the header could be read.
  static byte[] headerOnly(int id, int opcode, int rcode) {
    var header = new Header(id);
    header.setFlag(Flags.QR);
    header.setFlag(Flags.RA);
    header.setOpcode(opcode);
    header.setRcode(rcode);
    return header.toWire();
  }
}
