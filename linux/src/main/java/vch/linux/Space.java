package vch.linux;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import vch.engine.machine.NamespaceName;
import vch.kernel.libc.Fd;
import vch.kernel.netns.Gate;
import vch.kernel.nft.Nft;
import vch.kernel.nft.SetInfo;
import vch.kernel.nft.TableName;
import vch.kernel.rtnl.Rtnl;

/// A namespace that we have a hand on: its descriptor and the sockets that were opened in it, each
/// when it was first needed. Safe for all threads; the monitor of this object guards opening and
/// closing.
final class Space implements AutoCloseable {
  private final NamespaceName name;
  private final Path path;
  private final Fd fd;
  private final Gate gate;
  private Optional<Rtnl> rtnl = Optional.empty();
  private Optional<Nft> nft = Optional.empty();
  private boolean closed;

  private final Set<Integer> nftPorts = ConcurrentHashMap.newKeySet();
  private final Map<String, SetInfo> sets = new ConcurrentHashMap<>();
  private final Known known = new Known();

  Space(NamespaceName name, Path path, Fd fd, Gate gate) {
    this.name = name;
    this.path = path;
    this.fd = fd;
    this.gate = gate;
  }

  NamespaceName name() {
    return name;
  }

  Path path() {
    return path;
  }

  Fd fd() {
    return fd;
  }

  Known known() {
    return known;
  }

  synchronized Rtnl rtnl() {
    if (rtnl.isEmpty()) {
      rtnl = Optional.of(inside(Rtnl::open));
    }
    return rtnl.get();
  }

  synchronized Nft nft() {
    if (nft.isEmpty()) {
      nft = Optional.of(inside(Nft::open));
      nftPorts.add(nft.get().port());
    }
    return nft.get();
  }

  /// Closes the socket for nftables; in most namespaces of containers there are no rules.
  synchronized void releaseNft() {
    nft.ifPresent(Nft::close);
    nft = Optional.empty();
  }

  /// True when a change of the rules was asked for by our own socket.
  boolean isOwnNft(int port) {
    return nftPorts.contains(port);
  }

  /// A set of one of our tables; empty when it is not there. Remembered until [#forgetSets()].
  Optional<SetInfo> set(TableName table, String set) {
    var key = table + " " + set;
    if (!sets.containsKey(key)) {
      nft().sets(table).forEach(s -> sets.put(s.table() + " " + s.name(), s));
    }
    return Optional.ofNullable(sets.get(key));
  }

  void forgetSets() {
    sets.clear();
  }

  /// Opens something inside.
  <T> T inside(Supplier<T> opening) {
    try {
      return in(opening::get);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a supplier throws no checked exception", e);
    }
  }

  <T> T in(Callable<T> opening) throws Exception {
    synchronized (this) {
      if (closed) {
        throw new Gone(name);
      }
    }
    return gate.in(fd, opening);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    rtnl.ifPresent(Rtnl::close);
    nft.ifPresent(Nft::close);
    fd.close();
  }

  /// The namespace is not there.
  static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Gone(NamespaceName name) {
      super("network namespace " + name + " does not exist");
    }
  }
}
