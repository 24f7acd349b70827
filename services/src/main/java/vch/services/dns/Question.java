package vch.services.dns;

import java.util.Comparator;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;

/// What is asked, without who asks: equal questions have equal answers. Names are equal in any case
/// (RFC 4343).
///
/// @param dnssec the asker wants signatures (RFC 3225)
/// @param checking false: the upstream server shall not check signatures (RFC 4035 section 3.2.2)
record Question(Name name, int type, int dclass, boolean dnssec, boolean checking)
    implements Comparable<Question> {
  private static final Comparator<Question> ORDER =
      Comparator.comparing(Question::name)
          .thenComparingInt(Question::type)
          .thenComparingInt(Question::dclass)
          .thenComparing(Question::dnssec)
          .thenComparing(Question::checking);

  /// By name first.
  @Override
  public int compareTo(Question other) {
    return ORDER.compare(this, other);
  }

  static Question of(Message query) {
    var record = query.getQuestion();
    var opt = query.getOPT();
    return new Question(
        record.getName(),
        record.getType(),
        record.getDClass(),
        opt != null && (opt.getFlags() & ExtendedFlags.DO) != 0,
        !query.getHeader().getFlag(Flags.CD));
  }

  /// The query for an upstream server.
  Message message(int id, boolean edns) {
    var message = new Message(id);
    message.getHeader().setFlag(Flags.RD);
    if (!checking) {
      message.getHeader().setFlag(Flags.CD);
    }
    message.addRecord(Record.newRecord(name, type, dclass), org.xbill.DNS.Section.QUESTION);
    if (edns) {
      message.addRecord(
          new OPTRecord(Responses.UDP_BYTES_MAX, 0, 0, dnssec ? ExtendedFlags.DO : 0),
          org.xbill.DNS.Section.ADDITIONAL);
    }
    return message;
  }

  /// True when the record asks the same.
  boolean isAskedBy(Record record) {
    return record.getName().equals(name)
        && record.getType() == type
        && record.getDClass() == dclass;
  }
}
