package vch.kernel.nft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import vch.kernel.libc.Errno;
import vch.kernel.libc.KernelException;
import vch.kernel.netlink.Ack;
import vch.kernel.netlink.Attributes;
import vch.kernel.netlink.Message;
import vch.kernel.netlink.NetlinkSocket;
import vch.kernel.netlink.Reply;

/// nftables of the namespace that it was opened in. Safe for all threads.
public final class Nft implements AutoCloseable {
  /// Multicast group that tells of changes.
  public static final List<Integer> GROUPS = List.of(Nf.NFNLGRP_NFTABLES);

  /// A list of elements is one attribute, whose length has 16 bits.
  private static final int LIST_BYTES_MAX = 60_000;

  /// A dump that met a growing hash table so often is given up.
  private static final int DUMPS_MAX = 100;

  private static final Duration BETWEEN_DUMPS = Duration.ofMillis(2);

  /// Expressions whose data change while the rule stays the same.
  private static final Set<String> COUNTING = Set.of("counter", "quota", "last");

  private final NetlinkSocket socket;

  private Nft(NetlinkSocket socket) {
    this.socket = socket;
  }

  /// In the namespace of the calling thread.
  public static Nft open() {
    return new Nft(NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER));
  }

  /// What notifications of our own changes carry.
  public int port() {
    return socket.port();
  }

  public List<TableName> tables() {
    return socket.dump(Nf.message(Nf.GETTABLE, 0, 0)).stream()
        .filter(r -> r.type() == Nf.type(Nf.NEWTABLE))
        .map(
            r ->
                new TableName(
                    Nf.family(r.body().get(0)),
                    r.attributes(Nf.NFGENMSG_BYTES).text(Nf.NFTA_TABLE_NAME)))
        .toList();
  }

  /// Names of the table's chains.
  public List<String> chains(TableName table) {
    return chainReplies(table).stream()
        .map(r -> r.attributes(Nf.NFGENMSG_BYTES).text(Nf.NFTA_CHAIN_NAME))
        .toList();
  }

  private List<Reply> chainReplies(TableName table) {
    return socket.dump(Nf.message(Nf.GETCHAIN, 0, Nf.family(table.family()))).stream()
        .filter(r -> r.type() == Nf.type(Nf.NEWCHAIN))
        .filter(r -> r.attributes(Nf.NFGENMSG_BYTES).text(Nf.NFTA_CHAIN_TABLE).equals(table.name()))
        .toList();
  }

  /// Sets and maps of the table, those within rules too.
  public List<SetInfo> sets(TableName table) {
    try {
      return socket
          .dump(
              Nf.message(Nf.GETSET, 0, Nf.family(table.family()))
                  .text(Nf.NFTA_SET_TABLE, table.name()))
          .stream()
          .filter(r -> r.type() == Nf.type(Nf.NEWSET))
          .map(SetInfo::of)
          .toList();
    } catch (KernelException e) {
      return noneIfMissing(e);
    }
  }

  /// All elements of a set or map; none if it is not there.
  ///
  /// A set of many elements is a hash table, which the kernel grows in the background. A dump that
  /// meets this skips elements, and brings as many others twice; nothing else tells of it. Then we
  /// ask again.
  public List<SetElement> elements(SetInfo set) {
    try {
      for (int i = 0; i < DUMPS_MAX; i++) {
        var raw = dump(set);
        if (set.isInterval() || ElementCodec.areDistinct(raw)) {
          return ElementCodec.read(set, raw);
        }
        LockSupport.parkNanos(BETWEEN_DUMPS.toNanos());
      }
    } catch (KernelException e) {
      return noneIfMissing(e);
    }
    throw new KernelException(
        "netlink", Errno.EAGAIN, "dump of set " + set.name() + ", which changes all the time");
  }

  private List<Attributes> dump(SetInfo set) {
    var raw = new ArrayList<Attributes>();
    var request =
        Nf.message(Nf.GETSETELEM, 0, Nf.family(set.table().family()))
            .text(Nf.NFTA_SET_ELEM_LIST_TABLE, set.table().name())
            .text(Nf.NFTA_SET_ELEM_LIST_SET, set.name());
    for (var reply : socket.dump(request)) {
      if (reply.type() == Nf.type(Nf.NEWSETELEM)) {
        raw.addAll(reply.attributes(Nf.NFGENMSG_BYTES).list(Nf.NFTA_SET_ELEM_LIST_ELEMENTS));
      }
    }
    return raw;
  }

  private static <T> List<T> noneIfMissing(KernelException e) {
    if (e.is(Errno.ENOENT)) {
      return List.of();
    }
    throw e;
  }

  /// Elements to remove and to add in one set.
  public record ElementChange(SetInfo set, List<SetElement> removed, List<SetElement> added) {
    public ElementChange {
      removed = List.copyOf(removed);
      added = List.copyOf(added);
    }
  }

  /// Makes all changes, or none of them. Removals come before additions. An element that is added
  /// and there already, with the same data, is fine.
  ///
  /// @return done, or why nothing was changed: ENOENT an element to remove, or the set, is not
  ///   there; EBUSY or EEXIST the key is there with other data, or overlaps
  public Ack change(List<ElementChange> changes) {
    var messages = new ArrayList<Message>();
    messages.add(Nf.begin());
    for (var change : changes) {
      lists(messages, Nf.DELSETELEM, 0, change.set(), change.removed(), false);
    }
    for (var change : changes) {
      lists(messages, Nf.NEWSETELEM, Message.NLM_F_CREATE, change.set(), change.added(), true);
    }
    return transaction(messages);
  }

  private Ack transaction(List<Message> messages) {
    if (messages.size() == 1) {
      return new Ack(0, "");
    }
    messages.add(Nf.end());
    return socket.transaction(messages).stream()
        .filter(a -> !a.ok())
        .findFirst()
        .orElse(new Ack(0, ""));
  }

  private static void lists(
      List<Message> out,
      int type,
      int flags,
      SetInfo set,
      List<SetElement> elements,
      boolean withData) {
    int[] next = {0};
    while (next[0] < elements.size()) {
      out.add(
          Nf.message(type, flags | Message.NLM_F_ACK, Nf.family(set.table().family()))
              .text(Nf.NFTA_SET_ELEM_LIST_TABLE, set.table().name())
              .text(Nf.NFTA_SET_ELEM_LIST_SET, set.name())
              .nest(
                  Nf.NFTA_SET_ELEM_LIST_ELEMENTS,
                  list -> {
                    int from = list.length();
                    while (next[0] < elements.size() && list.length() - from < LIST_BYTES_MAX) {
                      ElementCodec.write(list, set, elements.get(next[0]++), withData);
                    }
                  }));
    }
  }

  /// Adds an empty chain that nothing jumps to; fine if it is there.
  public Ack addChain(TableName table, String name) {
    var messages = new ArrayList<>(List.of(Nf.begin()));
    messages.add(
        Nf.message(Nf.NEWCHAIN, Message.NLM_F_CREATE | Message.NLM_F_ACK, Nf.family(table.family()))
            .text(Nf.NFTA_CHAIN_TABLE, table.name())
            .text(Nf.NFTA_CHAIN_NAME, name));
    return transaction(messages);
  }

  /// A digest of the table's chains and rules, in hexadecimal: the same as long as nobody changes
  /// them. Counters, handles and elements of sets do not count.
  ///
  /// @param ignored prefix of names of chains that do not count either
  public String fingerprint(TableName table, String ignored) {
    var digest = sha256();
    var chains = new ArrayList<String>();
    for (var reply : chainReplies(table)) {
      var a = reply.attributes(Nf.NFGENMSG_BYTES);
      if (!a.text(Nf.NFTA_CHAIN_NAME).startsWith(ignored)) {
        var hex = HexFormat.of();
        chains.add(
            String.join(
                " ",
                a.text(Nf.NFTA_CHAIN_NAME),
                a.text(Nf.NFTA_CHAIN_TYPE),
                hex.formatHex(a.bytes(Nf.NFTA_CHAIN_HOOK).orElseGet(() -> new byte[0])),
                Integer.toString(a.be32(Nf.NFTA_CHAIN_POLICY).orElse(-1)),
                Integer.toString(a.be32(Nf.NFTA_CHAIN_FLAGS).orElse(0))));
      }
    }
    chains.sort(null);
    digest.update(String.join("\n", chains).getBytes(StandardCharsets.UTF_8));
    var request =
        Nf.message(Nf.GETRULE, 0, Nf.family(table.family())).text(Nf.NFTA_RULE_TABLE, table.name());
    for (var reply : socket.dump(request)) {
      if (reply.type() == Nf.type(Nf.NEWRULE)) {
        var a = reply.attributes(Nf.NFGENMSG_BYTES);
        if (a.text(Nf.NFTA_RULE_TABLE)
            .equals(table.name())) { // older kernels ignore the wish for one table
          digest.update(a.text(Nf.NFTA_RULE_CHAIN).getBytes(StandardCharsets.UTF_8));
          a.list(Nf.NFTA_RULE_EXPRESSIONS).forEach(e -> expression(digest, e));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static void expression(MessageDigest digest, Attributes expression) {
    var name = expression.text(Nf.NFTA_EXPR_NAME);
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    if (!COUNTING.contains(name)) {
      digest.update(
          ByteBuffer.wrap(expression.bytes(Nf.NFTA_EXPR_DATA).orElseGet(() -> new byte[0])));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The end of a transaction, from a notification.
  ///
  /// @param port of the socket that sent it
  /// @param process id of the thread that sent it
  public record Transaction(int port, int process) {}

  /// Empty when the notification is something else.
  public static Optional<Transaction> transaction(Reply reply) {
    if (reply.type() != Nf.type(Nf.NEWGEN)) {
      return Optional.empty();
    }
    return Optional.of(
        new Transaction(
            reply.port(),
            reply.attributes(Nf.NFGENMSG_BYTES).be32(Nf.NFTA_GEN_PROC_PID).orElse(0)));
  }

  @Override
  public void close() {
    socket.close();
  }
}
