package vch.services.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import vch.portlayer.address.Ip;

/// One question put to upstream servers: all are asked at once, the first good answer wins, and
/// silence is asked again with new sockets and ids. Once a server has said that it cannot answer
/// (SERVFAIL, REFUSED), the others have a grace, and that is passed on: resolvers ask again.
/// Blocking, on virtual threads: that of the caller and one for each server asked.
final class Exchange {
  private final Sockets sockets;
  private final DnsSettings settings;
  private final RandomGenerator random;

  /// @param random ids come from it: it must be one that cannot be guessed, and safe for any number
  ///   of threads
  Exchange(Sockets sockets, DnsSettings settings, RandomGenerator random) {
    this.sockets = sockets;
    this.settings = settings;
    this.random = random;
  }

  /// What one server said; `bad` when another server may know better.
  private record Said(Optional<Found> found, boolean bad) {
    static final Said NOTHING = new Said(Optional.empty(), true);
  }

  /// The best answer, or none when nobody said anything in time.
  Optional<Found> ask(Upstreams upstreams, Question question) throws InterruptedException {
    for (int attempt = 0; attempt < settings.attempts(); attempt++) {
      var round = round(upstreams, question);
      var best =
          round.stream()
              .filter(s -> s.found().isPresent())
              .min(Comparator.comparing(Said::bad)); // false goes first
      if (best.isPresent()) {
        return best.get().found();
      }
    }
    return Optional.empty();
  }

  /// Asks all servers once; ends with the first good answer, or when all have answered, or in time:
  /// that is earlier once one has answered.
  private List<Said> round(Upstreams upstreams, Question question) throws InterruptedException {
    long deadline = System.nanoTime() + settings.attemptTimeout().toNanos();
    List<DatagramChannel> channels;
    try {
      channels = sockets.ask(upstreams, settings.upstreamPort());
    } catch (IOException e) {
      pause(deadline);
      return List.of();
    }
    BlockingQueue<Said> said = new ArrayBlockingQueue<>(channels.size());
    try {
      for (var channel : channels) {
        Thread.ofVirtual()
            .name("dns-ask")
            .start(() -> said.add(one(upstreams, channel, question, deadline)));
      }
      var out = new ArrayList<Said>();
      long left = deadline - System.nanoTime();
      while (out.size() < channels.size()) {
        long before = System.nanoTime();
        var next = said.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
        if (next == null) {
          break;
        }
        out.add(next);
        if (!next.bad()) {
          break;
        }
        left -= System.nanoTime() - before;
        if (next.found().isPresent()) {
          left = Math.min(left, settings.grace().toNanos());
        }
      }
      if (out.stream().allMatch(s -> s.found().isEmpty()) && out.size() == channels.size()) {
        pause(deadline); // refused by the machine at once: it may be there again in a moment
      }
      return out;
    } finally {
      for (var channel : channels) {
        sockets.close(upstreams, channel);
      }
    }
  }

  /// Part of the time that is left, so that a network that comes up meanwhile is noticed.
  private static void pause(long deadline) throws InterruptedException {
    Thread.sleep(
        Duration.ofNanos(
            Math.clamp(deadline - System.nanoTime(), 0, TimeUnit.MILLISECONDS.toNanos(100))));
  }

  private Said one(Upstreams upstreams, DatagramChannel channel, Question question, long deadline) {
    try {
      var query = question.message(random.nextInt(1 << 16), true);
      channel.write(ByteBuffer.wrap(query.toWire()));
      var packet = new DatagramPacket(new byte[4096], 4096);
      while (true) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return Said.NOTHING;
        }
        channel.socket().setSoTimeout((int) left);
        channel.socket().receive(packet);
        var bytes = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
        var answer = valid(bytes, query, question);
        if (answer.isEmpty()) {
          continue; // not from whom we asked, or not to what: as if it had not come
        }
        if (answer.get().getHeader().getFlag(Flags.TC)) {
          var server = Sockets.ip(channel);
          return stream(upstreams, server, query, question, deadline);
        }
        if (query.getOPT() == null || !unread(answer.get().getRcode())) {
          return said(answer.get(), bytes.length);
        }
        // A server from before RFC 6891 is asked again at once: others may be silent.
        query = question.message(random.nextInt(1 << 16), false);
        channel.write(ByteBuffer.wrap(query.toWire()));
      }
    } catch (SocketTimeoutException _) {
      return Said.NOTHING; // silence
    } catch (IOException _) {
      return Said.NOTHING; // refused by the network, or closed because another server has answered
    }
  }

  /// RFC 7766: what does not fit into a datagram is asked for again over TCP.
  private Said stream(
      Upstreams upstreams, Ip server, Message query, Question question, long deadline)
      throws IOException {
    var channel = sockets.stream(upstreams, server);
    try {
      int left = (int) TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return Said.NOTHING;
      }
      var socket = channel.socket();
      socket.connect(Sockets.address(server, settings.upstreamPort()), left);
      socket.setSoTimeout(left);
      var wire = query.toWire();
      var framed = ByteBuffer.allocate(wire.length + 2).putShort((short) wire.length).put(wire);
      socket.getOutputStream().write(framed.array());
      var in = new DataInputStream(socket.getInputStream());
      var bytes = new byte[in.readUnsignedShort()];
      in.readFully(bytes);
      var answer = valid(bytes, query, question);
      return answer.map(a -> said(a, bytes.length)).orElse(Said.NOTHING);
    } finally {
      sockets.close(upstreams, channel);
    }
  }

  private static Said said(Message answer, int bytes) {
    var found = Found.of(answer, bytes);
    return new Said(Optional.of(found), found.failure());
  }

  /// What a server answers that knows no extensions.
  private static boolean unread(int rcode) {
    return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP;
  }

  /// The message, if it answers exactly our question (RFC 5452 section 9.1). That it comes from the
  /// server that was asked has the kernel seen to.
  private static Optional<Message> valid(byte[] bytes, Message query, Question question) {
    try {
      var answer = new Message(bytes);
      var header = answer.getHeader();
      boolean ours =
          header.getID() == query.getHeader().getID()
              && header.getFlag(Flags.QR)
              && header.getOpcode() == query.getHeader().getOpcode();
      var asked = answer.getSection(Section.QUESTION);
      boolean same = asked.size() == 1 && question.isAskedBy(asked.getFirst());
      // A server that could not read the question sends the header alone.
      boolean headerOnly = asked.isEmpty() && unread(header.getRcode());
      return ours && (same || headerOnly) ? Optional.of(answer) : Optional.empty();
    } catch (IOException | RuntimeException _) {
      return Optional.empty(); // malformed: dnsjava tells by either
    }
  }
}
