package vch.services.dns;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import vch.engine.desired.LinkNames;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.name.NameServers;
import vch.portlayer.rule.EndpointRules;
import vch.portlayer.state.Image;

/// Decides what becomes of a message: answered from the image, from the cache, forwarded, refused,
/// or passed over in silence. Knows no sockets. Safe for any number of threads.
final class Responder {
  /// Orders of several addresses that are prepared; each asker in turn gets the next.
  static final int ROTATIONS_MAX = 8;

  private static final int HEADER_BYTES = 12;

  private final Supplier<List<Ip>> machineServers;
  private final Forwarder forwarder;
  private final Counters counters;

  Responder(Supplier<List<Ip>> machineServers, Forwarder forwarder, Counters counters) {
    this.machineServers = machineServers;
    this.forwarder = forwarder;
    this.counters = counters;
  }

  /// What becomes of a message.
  sealed interface Step {
    /// Answered at once. The responses are equally good, to be given in turn.
    ///
    /// @param keep how long the same question of the same asker may have the same answer
    record Answered(Message query, List<Message> responses, Keep keep) implements Step {}

    /// A message that could not be read, but deserves to be told.
    record Unreadable(int id, int opcode) implements Step {
      byte[] response() {
        return Responses.headerOnly(id, opcode, Rcode.FORMERR);
      }
    }

    /// To be asked upstream. `send` gets the one response.
    record Asking(Message query) implements Step {}

    /// No answer.
    record Silence() implements Step {}
  }

  /// How long an answer holds.
  enum Keep {
    NOT,
    /// As long as the image stays the same.
    WHILE_IMAGE,
    /// The same, but a second at the most: times to live count in seconds.
    ONE_SECOND
  }

  private static final Step SILENCE = new Step.Silence();

  /// @param later gets the response where the step is [Step.Asking], on another thread
  Step step(Image image, byte[] bytes, Asker asker, Consumer<Response> later) {
    counters.queries.increment();
    if (bytes.length < HEADER_BYTES || (bytes[2] & 0x80) != 0) {
      counters.malformed.increment();
      return SILENCE; // no header, or a response: answering those makes loops
    }
    Message query;
    try {
      query = new Message(bytes);
    } catch (IOException | RuntimeException _) { // dnsjava tells of malformed messages by either
      counters.malformed.increment();
      return new Step.Unreadable(
          ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff), (bytes[2] >> 3) & 0xf);
    }
    return step(image, query, asker, later);
  }

  /// A response to a query that was forwarded.
  record Response(Message query, Message message) {}

  private Step step(Image image, Message query, Asker asker, Consumer<Response> later) {
    var wrong = unacceptable(query);
    if (wrong.isPresent()) {
      counters.malformed.increment();
      return answered(query, Responses.empty(query, wrong.get()));
    }
    var question = query.getQuestion();
    var local = LocalZone.look(image, asker, question.getName(), question.getType());
    if (local.isPresent()) {
      counters.local.increment();
      return new Step.Answered(query, rotations(query, local.get()), Keep.WHILE_IMAGE);
    }
    var upstreams = upstreams(image, asker);
    if (upstreams.isEmpty() || !query.getHeader().getFlag(Flags.RD)) {
      counters.refused.increment();
      return answered(query, Responses.empty(query, Rcode.REFUSED));
    }
    var key = new AnswerCache.Key(upstreams.get(), Question.of(query));
    var known = forwarder.known(key);
    if (known.isPresent()) {
      counters.cached.increment();
      return new Step.Answered(
          query,
          List.of(Responses.found(query, known.get().found(), known.get().ageSeconds())),
          Keep.ONE_SECOND);
    }
    var failed = forwarder.failed(key);
    if (failed.isPresent()) {
      counters.cached.increment();
      return answered(query, Responses.empty(query, failed.getAsInt()));
    }
    if (upstreams.get().servers().isEmpty()) {
      counters.failed.increment();
      return answered(query, Responses.empty(query, Rcode.SERVFAIL));
    }
    boolean asked =
        forwarder.ask(
            asker, key, found -> later.accept(new Response(query, upstream(query, found))));
    if (!asked) {
      counters.refused.increment();
      return answered(query, Responses.empty(query, Rcode.SERVFAIL));
    }
    return new Step.Asking(query);
  }

  private Message upstream(Message query, Optional<Found> found) {
    if (found.isEmpty()) {
      counters.failed.increment();
      return Responses.empty(query, Rcode.SERVFAIL);
    }
    return Responses.found(query, found.get(), 0);
  }

  private static Step answered(Message query, Message response) {
    return new Step.Answered(query, List.of(response), Keep.NOT);
  }

  /// The code of what is wrong with the query as such.
  private static Optional<Integer> unacceptable(Message query) {
    if (query.getHeader().getOpcode() != Opcode.QUERY) {
      return Optional.of(Rcode.NOTIMP);
    }
    if (query.getHeader().getCount(org.xbill.DNS.Section.QUESTION) != 1) {
      return Optional.of(Rcode.FORMERR);
    }
    var opt = query.getOPT();
    if (opt != null && opt.getVersion() != 0) {
      return Optional.of(Rcode.BADVERS);
    }
    int type = query.getQuestion().getType();
    if (query.getQuestion().getDClass() != DClass.IN
        || type == Type.AXFR
        || type == Type.IXFR
        || type == Type.MAILA
        || type == Type.MAILB) {
      return Optional.of(Rcode.NOTIMP);
    }
    return Optional.empty();
  }

  /// Several addresses begin with another one each time.
  private static List<Message> rotations(Message query, LocalZone.Local local) {
    int count = Math.clamp(local.records().size(), 1, ROTATIONS_MAX);
    var out = new ArrayList<Message>(count);
    for (int first = 0; first < count; first++) {
      var records = new ArrayList<Record>(local.records());
      java.util.Collections.rotate(records, -first);
      out.add(Responses.local(query, local.rcode(), records));
    }
    return out;
  }

  /// Whom to ask for the container; empty when it may not ask at all. A container without a way out
  /// has none by questions either: names are data, too. And questions take the way that its packets
  /// take: what leaves by a container network never passes the VCH.
  private Optional<Upstreams> upstreams(Image image, Asker asker) {
    var found = asker.container(image);
    if (found.isEmpty() || EndpointRules.defaultRoute(image, found.get()).isEmpty()) {
      return Optional.empty();
    }
    var container = found.get();
    var inside = NameServers.inside(image, container);
    if (inside.isPresent()) {
      return Optional.of(new Upstreams(LinkNames.container(container), true, inside.get()));
    }
    var endpoint = LinkNames.endpoint(asker.vch());
    var own = container.resolver().servers();
    if (!own.isEmpty()) {
      return Optional.of(new Upstreams(endpoint, own));
    }
    var servers = image.vch(asker.vch()).map(v -> v.dnsServers()).orElse(List.of());
    return Optional.of(
        servers.isEmpty()
            ? new Upstreams(NamespaceName.MACHINE, machineServers.get())
            : new Upstreams(endpoint, servers));
  }
}
