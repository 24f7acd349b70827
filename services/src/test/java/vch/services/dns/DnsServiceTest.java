package vch.services.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Ip;
import vch.portlayer.container.Resolver;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;

/// The service on real loopback sockets; upstream servers are ours. Every wait ends with an answer,
/// not with a time.
@Timeout(60)
class DnsServiceTest {
  private static final Ip FIRST = Ip.parse("127.0.0.51");
  private static final Ip SECOND = Ip.parse("127.0.0.52");
  private static final int PATIENCE_MILLIS = 20_000;

  @TempDir private Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<NamespaceName> openedIn = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Town town = new Town(FIRST, SECOND);
  private FakeUpstream first;
  private FakeUpstream second;
  private DnsService service;

  @BeforeEach
  void begin() throws Exception {
    first =
        patiently(
            () -> {
              var one = new FakeUpstream(FIRST.toString(), 0);
              try {
                second = closing(new FakeUpstream(SECOND.toString(), one.port()));
                return closing(one);
              } catch (IOException e) {
                one.close();
                throw e;
              }
            });
    second.says = _ -> List.of(); // silent unless a test says otherwise
    serve(settings(64, Duration.ofSeconds(10)));
  }

  private DnsSettings settings(int clientForwards, Duration attempt) throws IOException {
    return new DnsSettings(
        0, 0, first.port(), attempt, 4, 100, clientForwards, 1 << 20, 8, 4, Duration.ofSeconds(20));
  }

  private void serve(DnsSettings settings) throws Exception {
    if (service != null) {
      service.close();
    }
    service =
        closing(
            new DnsService(
                () -> town.image,
                this::opening,
                directory.resolve("resolv.conf"),
                settings,
                now::get,
                new Random(5)));
    patiently(
        () -> {
          service.start(Town.VCH);
          return service;
        });
  }

  /// A port that the kernel chose for datagrams may be taken for connections by somebody else.
  private static <T> T patiently(Callable<T> opening) throws Exception {
    for (int i = 0; ; i++) {
      try {
        return opening.call();
      } catch (IOException | Refusal e) {
        if (i == 20) {
          throw e;
        }
      }
    }
  }

  private <T> T opening(NamespaceName namespace, Callable<T> opening) throws Exception {
    openedIn.add(namespace);
    return opening.call();
  }

  private <T extends AutoCloseable> T closing(T it) {
    open.add(it);
    return it;
  }

  @AfterEach
  void end() throws Exception {
    for (var it : open.reversed()) {
      it.close();
    }
  }

  private InetSocketAddress server() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), service.address(Town.VCH).orElseThrow().getPort());
  }

  private static Message query(String name, int type) {
    var query =
        Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
    return query;
  }

  private DatagramSocket client(String address) throws IOException {
    var socket = new DatagramSocket(new InetSocketAddress(address, 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private Message ask(String from, Message query) throws IOException {
    try (var socket = client(from)) {
      return ask(socket, query);
    }
  }

  private Message ask(DatagramSocket socket, Message query) throws IOException {
    send(socket, query.toWire());
    var answer = receive(socket);
    assertThat(answer.getHeader().getID()).isEqualTo(query.getHeader().getID());
    assertThat(answer.getHeader().getFlag(Flags.QR)).isTrue();
    return answer;
  }

  private void send(DatagramSocket socket, byte[] wire) throws IOException {
    socket.send(new DatagramPacket(wire, wire.length, server()));
  }

  private static Message receive(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[65535], 65535);
    socket.receive(packet);
    return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  private Message ask(String name) throws IOException {
    return ask("127.1.0.2", query(name, Type.A));
  }

  private static List<String> data(Message answer) {
    return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
  }

  // --- names of the VCH

  @Test
  void answers_names_of_members() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3", "www");
    for (int i = 0; i < 3; i++) { // the second time from what is ready
      for (var name : List.of("web", "WEB", "www", "web.net")) {
        var answer = ask(name);
        assertThat(data(answer)).containsExactly("127.1.0.3");
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isTrue();
        assertThat(answer.getSection(Section.ANSWER).getFirst().getTTL()).isZero();
        assertThat(answer.getQuestion().getName()).hasToString(name + ".");
      }
    }
    assertThat(service.counts().local()).isEqualTo(12);
    assertThat(service.counts().queries()).isEqualTo(12);
    assertThat(first.asked).isEmpty();
  }

  @Test
  void a_known_name_never_leaks() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3");
    for (int type : new int[] {Type.AAAA, Type.MX, Type.TXT, Type.SRV, Type.HTTPS}) {
      var answer = ask("127.1.0.2", query("web", type));
      assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
      assertThat(answer.getSection(Section.ANSWER)).isEmpty();
      assertThat(answer.getSection(Section.AUTHORITY))
          .hasOnlyElementsOfType(SOARecord.class)
          .hasSize(1);
    }
    assertThat(data(ask("127.1.0.2", query("3.0.1.127.in-addr.arpa", Type.PTR))))
        .containsExactly("web.net.");
    assertThat(ask("127.1.0.2", query("99.0.1.127.in-addr.arpa", Type.PTR)).getRcode())
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(data(ask("127.1.0.2", query("localhost", Type.A)))).containsExactly("127.0.0.1");
    assertThat(data(ask("127.1.0.2", query("localhost", Type.AAAA))))
        .containsExactly("0:0:0:0:0:0:0:1");
    assertThat(first.asked).isEmpty();
  }

  @Test
  void follows_a_rename_with_the_next_query() throws IOException {
    town.run("client", "127.1.0.2");
    var web = town.run("web", "127.1.0.3");
    assertThat(data(ask("web"))).containsExactly("127.1.0.3");
    town.change(new Change.ContainerPut(web.withName("www")));
    assertThat(data(ask("www"))).containsExactly("127.1.0.3");
    first.says = q -> List.of(FakeUpstream.nothing(q, Rcode.NXDOMAIN, 60, 60));
    assertThat(ask("web").getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void gives_several_addresses_in_turn() throws IOException {
    town.run("client", "127.1.0.2");
    var addresses = town.many("db", 3);
    var begins = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      var data = data(ask("db"));
      assertThat(data).containsExactlyInAnyOrderElementsOf(addresses);
      begins.add(data.getFirst());
    }
    assertThat(begins.subList(0, 3))
        .containsExactlyInAnyOrderElementsOf(addresses)
        .isEqualTo(begins.subList(3, 6));
  }

  @Test
  void cuts_a_datagram_and_gives_all_over_tcp() throws IOException {
    town.run("client", "127.1.0.2");
    var addresses = town.many("db", 200);
    var plain = ask("db");
    assertThat(plain.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(plain.numBytes()).isLessThanOrEqualTo(512);
    assertThat(data(plain))
        .hasSizeGreaterThan(20)
        .isSubsetOf(addresses); // for those who never ask over TCP
    var edns = query("db", Type.A);
    edns.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
    var larger = ask("127.1.0.2", edns);
    assertThat(larger.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(larger.numBytes()).isBetween(513, 1232);
    assertThat(larger.getOPT().getPayloadSize()).isEqualTo(1232);
    assertThat(data(overTcp("127.1.0.2", query("db", Type.A)).getFirst()))
        .containsExactlyInAnyOrderElementsOf(addresses);
  }

  private List<Message> overTcp(String from, Message... queries) throws IOException {
    try (var socket = new Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(server());
      for (var query : queries) {
        var wire = query.toWire();
        socket
            .getOutputStream()
            .write(
                ByteBuffer.allocate(wire.length + 2)
                    .putShort((short) wire.length)
                    .put(wire)
                    .array());
      }
      var in = new DataInputStream(socket.getInputStream());
      var out = new ArrayList<Message>();
      for (var _ : queries) {
        var bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        out.add(new Message(bytes));
      }
      return out;
    }
  }

  @Test
  void several_queries_go_over_one_connection() throws IOException {
    town.run("client", "127.1.0.2");
    town.run("web", "127.1.0.3");
    var answers =
        overTcp(
            "127.1.0.2",
            query("web", Type.A),
            query("example.org", Type.A),
            query("web", Type.AAAA));
    assertThat(answers).hasSize(3);
    assertThat(data(answers.get(0))).containsExactly("127.1.0.3");
    assertThat(data(answers.get(1))).containsExactly("9.9.9.9");
    assertThat(data(answers.get(2))).isEmpty();
  }

  @Test
  void connections_beyond_the_limit_are_closed() throws IOException {
    town.run("client", "127.1.0.2");
    for (int i = 0; i < 4; i++) {
      var socket = closing(new Socket());
      socket.bind(new InetSocketAddress("127.1.0.2", 0));
      socket.connect(server());
    }
    assertThatThrownBy(() -> overTcp("127.1.0.2", query("client", Type.A)))
        .isInstanceOf(IOException.class);
    assertThat(data(overTcp("127.1.0.3", query("localhost", Type.A)).getFirst()))
        .containsExactly("127.0.0.1");
  }

  // --- forwarding

  @Test
  void forwards_what_is_not_ours_and_keeps_it_for_its_time_to_live() throws IOException {
    town.run("client", "127.1.0.2");
    assertThat(data(ask("example.org"))).containsExactly("9.9.9.9");
    now.updateAndGet(t -> t.plusSeconds(100));
    var kept = ask("EXAMPLE.org");
    assertThat(kept.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(200);
    ask("EXAMPLE.org");
    assertThat(first.asked).hasSize(1);
    assertThat(service.counts().cached()).isEqualTo(2);
    now.updateAndGet(t -> t.plusSeconds(201));
    first.says = q -> List.of(FakeUpstream.a(q, "8.8.4.4", 300));
    assertThat(data(ask("EXAMPLE.org"))).containsExactly("8.8.4.4");
    assertThat(service.counts().forwarded()).isEqualTo(2);
  }

  @Test
  void keeps_negative_answers_as_long_as_their_soa_says() throws IOException {
    town.run("client", "127.1.0.2");
    first.says = q -> List.of(FakeUpstream.nothing(q, Rcode.NXDOMAIN, 500, 30));
    for (int i = 0; i < 2; i++) {
      assertThat(ask("nobody").getRcode()).isEqualTo(Rcode.NXDOMAIN);
    }
    assertThat(first.asked).hasSize(1);
    now.updateAndGet(t -> t.plusSeconds(31));
    ask("nobody");
    assertThat(first.asked).hasSize(2);
    first.says = q -> List.of(FakeUpstream.response(q, Rcode.NXDOMAIN)); // no SOA: not kept
    ask("noone");
    ask("noone");
    assertThat(first.asked).hasSize(4);
  }

  @Test
  void the_first_good_answer_wins() throws IOException {
    town.run("client", "127.1.0.2");
    first.says = _ -> List.of();
    second.says = q -> List.of(FakeUpstream.a(q, "7.7.7.7", 60));
    assertThat(data(ask("one.example"))).containsExactly("7.7.7.7");
    first.says = q -> List.of(FakeUpstream.response(q, Rcode.SERVFAIL));
    assertThat(data(ask("two.example"))).containsExactly("7.7.7.7");
    second.says = q -> List.of(FakeUpstream.response(q, Rcode.REFUSED));
    assertThat(ask("three.example").getRcode()).isIn(Rcode.SERVFAIL, Rcode.REFUSED);
  }

  @Test
  void silence_is_asked_again_and_ends_in_servfail() throws Exception {
    serve(settings(64, Duration.ofMillis(100)));
    town.run("client", "127.1.0.2");
    var count = new java.util.concurrent.atomic.AtomicInteger();
    first.says =
        q -> count.incrementAndGet() < 3 ? List.of() : List.of(FakeUpstream.a(q, "9.9.9.9", 60));
    assertThat(data(ask("slow.example"))).containsExactly("9.9.9.9");
    assertThat(new HashSet<>(first.askers))
        .as("each time from another port")
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(first.asked.stream().map(m -> m.getHeader().getID()).distinct())
        .as("each time with another id")
        .hasSizeGreaterThanOrEqualTo(3);
    first.says = _ -> List.of();
    assertThat(ask("silent.example").getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(service.counts().failed()).isPositive();
  }

  @Test
  void an_answer_must_be_to_our_question() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q -> {
          var wrongId = FakeUpstream.a(q, "6.6.6.6", 60);
          wrongId.getHeader().setID(q.getHeader().getID() ^ 1);
          var wrongName = FakeUpstream.a(query("evil.example", Type.A), "6.6.6.6", 60);
          wrongName.getHeader().setID(q.getHeader().getID());
          var question = FakeUpstream.a(q, "6.6.6.6", 60);
          question.getHeader().unsetFlag(Flags.QR);
          return List.of(wrongId, wrongName, question, FakeUpstream.a(q, "9.9.9.9", 60));
        };
    assertThat(data(ask("good.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void what_is_cut_is_asked_for_over_tcp() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q -> {
          var cut = FakeUpstream.response(q, Rcode.NOERROR);
          cut.getHeader().setFlag(Flags.TC);
          return List.of(cut);
        };
    first.saysOverTcp = q -> List.of(FakeUpstream.a(q, "5.5.5.5", 60));
    assertThat(data(ask("long.example"))).containsExactly("5.5.5.5");
  }

  @Test
  void a_server_without_extensions_is_asked_without() throws IOException {
    town.run("client", "127.1.0.2");
    first.says =
        q ->
            List.of(
                q.getOPT() == null
                    ? FakeUpstream.a(q, "9.9.9.9", 60)
                    : FakeUpstream.response(q, Rcode.FORMERR));
    assertThat(data(ask("old.example"))).containsExactly("9.9.9.9");
  }

  @Test
  void equal_questions_in_flight_are_asked_once_and_a_client_has_a_limit() throws Exception {
    serve(settings(2, Duration.ofSeconds(10)));
    town.run("client", "127.1.0.2");
    town.run("other", "127.1.0.3");
    var gate = new CountDownLatch(1);
    first.says =
        q -> {
          await(gate);
          return List.of(FakeUpstream.a(q, "9.9.9.9", 60));
        };
    try (var socket = client("127.1.0.2");
        var other = client("127.1.0.3")) {
      var same = query("same.example", Type.A);
      send(socket, same.toWire());
      send(socket, query("same.example", Type.A).toWire());
      var beyond = ask(socket, query("third.example", Type.A)); // the first answer that comes
      assertThat(beyond.getRcode()).isEqualTo(Rcode.SERVFAIL);
      send(other, query("same.example", Type.A).toWire()); // others are not bound by that
      gate.countDown();
      assertThat(data(receive(socket))).containsExactly("9.9.9.9");
      assertThat(data(receive(socket))).containsExactly("9.9.9.9");
      assertThat(data(receive(other))).containsExactly("9.9.9.9");
      assertThat(data(ask(socket, query("third.example", Type.A)))).containsExactly("9.9.9.9");
    }
    assertThat(service.counts().refused()).isEqualTo(1);
    assertThat(
            first.asked.stream()
                .filter(m -> m.getQuestion().getName().toString().equals("same.example."))
                .count())
        .isEqualTo(1);
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void the_cache_is_bounded() throws IOException {
    var cache = new AnswerCache(10_000, now::get);
    var upstreams = new Upstreams(NamespaceName.MACHINE, List.of(FIRST));
    for (int i = 0; i < 1000; i++) {
      var query = query("n" + i + ".example", Type.A);
      cache.put(
          new AnswerCache.Key(upstreams, Question.of(query)),
          Found.of(FakeUpstream.a(query, "9.9.9.9", 60), 60));
    }
    assertThat(cache.size()).isBetween(5, 20);
    assertThat(
            cache.get(new AnswerCache.Key(upstreams, Question.of(query("n999.example", Type.A)))))
        .isPresent();
  }

  // --- who may ask, and whom

  @Test
  void an_internal_container_resolves_members_and_nothing_else() throws IOException {
    town.run("db", "127.2.0.2");
    assertThat(data(ask("127.2.0.2", query("db", Type.A)))).containsExactly("127.2.0.2");
    assertThat(ask("127.2.0.2", query("example.org", Type.A)).getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(ask("127.3.0.1", query("example.org", Type.A)).getRcode())
        .isEqualTo(Rcode.REFUSED); // no container
    assertThat(first.asked).isEmpty();
    assertThat(service.counts().refused()).isEqualTo(2);
  }

  @Test
  void servers_are_those_of_the_container_else_of_the_vch_else_of_the_machine() throws Exception {
    first.says = q -> List.of(FakeUpstream.a(q, "1.1.1.1", 60));
    second.says = q -> List.of(FakeUpstream.a(q, "2.2.2.2", 60));
    town = new Town(FIRST);
    town.run("client", "127.1.0.2");
    town.run("own", "127.1.0.3", new Resolver(List.of(SECOND), List.of(), List.of(), List.of()));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("1.1.1.1");
    assertThat(data(ask("127.1.0.3", query("x.example", Type.A)))).containsExactly("2.2.2.2");
    assertThat(openedIn).containsOnly(new NamespaceName("e-" + Town.VCH));
    town = new Town();
    town.run("client", "127.1.0.2");
    var file = directory.resolve("resolv.conf");
    assertThat(ask("127.1.0.2", query("x.example", Type.A)).getRcode()).isEqualTo(Rcode.SERVFAIL);
    Files.writeString(
        file, "# a comment\nsearch a b\nnameserver " + SECOND + "\nnameserver fe80::1%eth0\n");
    now.updateAndGet(t -> t.plusSeconds(2));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("2.2.2.2");
    assertThat(openedIn).contains(NamespaceName.MACHINE);
    Files.writeString(
        file, "nameserver " + FIRST + "\n# and more than before\n# so that it has another size\n");
    now.updateAndGet(t -> t.plusSeconds(2));
    assertThat(data(ask("127.1.0.2", query("x.example", Type.A)))).containsExactly("1.1.1.1");
  }

  // --- what is not a proper query

  @Test
  void says_what_it_does_not_do() throws IOException {
    town.run("client", "127.1.0.2");
    var chaos =
        Message.newQuery(
            Record.newRecord(Name.fromConstantString("version.bind."), Type.TXT, DClass.CH));
    assertThat(ask("127.1.0.2", chaos).getRcode()).isEqualTo(Rcode.NOTIMP);
    assertThat(ask("127.1.0.2", query("client", Type.AXFR)).getRcode()).isEqualTo(Rcode.NOTIMP);
    var status = query("client", Type.A);
    status.getHeader().setOpcode(Opcode.STATUS);
    assertThat(ask("127.1.0.2", status).getRcode()).isEqualTo(Rcode.NOTIMP);
    var two = query("client", Type.A);
    two.addRecord(
        Record.newRecord(Name.fromConstantString("b."), Type.A, DClass.IN), Section.QUESTION);
    assertThat(ask("127.1.0.2", two).getRcode()).isEqualTo(Rcode.FORMERR);
    var version = query("client", Type.A);
    version.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
    assertThat(ask("127.1.0.2", version).getRcode()).isEqualTo(Rcode.BADVERS);
    var noRecursion = query("example.org", Type.A);
    noRecursion.getHeader().unsetFlag(Flags.RD);
    assertThat(ask("127.1.0.2", noRecursion).getRcode()).isEqualTo(Rcode.REFUSED);
  }

  @Test
  void no_input_stops_it() throws IOException {
    town.run("client", "127.1.0.2");
    long seed = 11;
    var random = new Random(seed);
    var good = query("client", Type.A);
    try (var socket = client("127.1.0.2");
        var good2 = client("127.1.0.2")) {
      for (int i = 0; i < 3000; i++) {
        var wire = good.toWire();
        if (i % 3 == 0) {
          wire = new byte[random.nextInt(600)];
          random.nextBytes(wire);
        } else {
          for (int n = random.nextInt(4) + 1; n > 0; n--) {
            wire[random.nextInt(wire.length)] = (byte) random.nextInt();
          }
          wire =
              Arrays.copyOf(
                  wire, random.nextInt(wire.length + 1) + (i % 2 == 0 ? 0 : random.nextInt(20)));
        }
        send(socket, wire);
        if (i % 100 == 0) {
          assertThat(data(ask(good2, good)))
              .as("seed %s step %s", seed, i)
              .containsExactly("127.1.0.2");
        }
      }
    }
    assertThat(service.counts().malformed()).isPositive();
  }

  @Test
  void a_message_that_cannot_be_read_is_told_and_a_response_is_not() throws IOException {
    try (var socket = client("127.1.0.2")) {
      var broken =
          new byte[] {
            7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 'x'
          }; // a label that goes on past the end
      send(socket, broken);
      var answer = receive(socket);
      assertThat(answer.getRcode()).isEqualTo(Rcode.FORMERR);
      assertThat(answer.getHeader().getID()).isEqualTo(7 << 8 | 9);
      var response = query("a", Type.A);
      response.getHeader().setFlag(Flags.QR);
      send(socket, response.toWire());
      send(socket, new byte[] {1, 2, 3});
      send(socket, query("localhost", Type.A).toWire());
      assertThat(data(receive(socket))).containsExactly("127.0.0.1"); // the first that comes back
    }
  }

  // --- the service itself

  @Test
  void starts_once_stops_and_says_why_it_cannot() throws Exception {
    service.start(Town.VCH);
    var at = server();
    service.stop(Town.VCH);
    service.stop(Town.VCH);
    try (var taken =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), at.getPort()))) {
      var settings =
          new DnsSettings(
              taken.getLocalPort(),
              0,
              53,
              Duration.ofSeconds(1),
              1,
              1,
              1,
              1,
              1,
              1,
              Duration.ofSeconds(1));
      var other =
          closing(
              new DnsService(
                  () -> town.image,
                  this::opening,
                  directory.resolve("none"),
                  settings,
                  now::get,
                  new Random(1)));
      assertThatThrownBy(() -> other.start(Town.VCH))
          .isInstanceOf(Refusal.Failed.class)
          .hasMessage(
              "the name service of VCH blue cannot listen on port "
                  + taken.getLocalPort()
                  + ": Address already in use");
    }
    patiently(
        () -> {
          service.start(Town.VCH);
          return service;
        });
    town.run("client", "127.1.0.2");
    assertThat(data(ask("client"))).containsExactly("127.1.0.2");
  }

  @Test
  void nothing_answers_after_stop() throws IOException {
    var at = server();
    service.stop(Town.VCH);
    try (var socket = client("127.1.0.2")) {
      socket.setSoTimeout(50);
      var wire = query("localhost", Type.A).toWire();
      socket.send(new DatagramPacket(wire, wire.length, at));
      assertThatThrownBy(() -> receive(socket)).isInstanceOf(SocketTimeoutException.class);
    }
  }
}
