package vch.engine.machine;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;
import vch.portlayer.address.Mac;
import vch.portlayer.address.Subnet;

/// One thing of the machine that we own. Equal keys mean the same thing; equal objects mean that
/// nothing is to be done.
public sealed interface MachineObject {
  /// What identifies the thing, whatever its settings.
  Key key();

  /// The namespace that the thing is in; for a namespace itself, its own name.
  NamespaceName namespace();

  /// Identity of a machine object: its kind, its namespace, and a name unique among these.
  record Key(Kind kind, NamespaceName namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int c = kind.compareTo(other.kind);
      c = c != 0 ? c : namespace.compareTo(other.namespace);
      return c != 0 ? c : name.compareTo(other.name);
    }
  }

  /// The kinds, in the order in which they are made.
  enum Kind {
    NAMESPACE,
    SYSCTL,
    RULESET,
    LINK,
    ELEMENT,
    ADDRESS,
    ROUTE,
    RULE
  }

  /// A network namespace.
  record Namespace(NamespaceName namespace) implements MachineObject {
    @Override
    public Key key() {
      return new Key(Kind.NAMESPACE, namespace, "");
    }
  }

  /// A kernel setting of a namespace, `net/ipv4/ip_forward`.
  ///
  /// @param required it is an error where the kernel has no such setting; else none is needed there
  record Sysctl(NamespaceName namespace, String path, String value, boolean required)
      implements MachineObject {
    /// Not required.
    public Sysctl(NamespaceName namespace, String path, String value) {
      this(namespace, path, value, false);
    }

    /// The link of `net/ipv4/conf/<link>/…`: such a setting is there only while the link is, and
    /// then as the kernel's defaults have it.
    public Optional<String> link() {
      var names = path.split("/", -1);
      return names.length == 5
              && (names[2].equals("conf") || names[2].equals("neigh"))
              && !List.of("all", "default", "lo").contains(names[3])
          ? Optional.of(names[3])
          : Optional.empty();
    }

    @Override
    public Key key() {
      return new Key(Kind.SYSCTL, namespace, path);
    }
  }

  /// An nftables table with its sets, chains and rules, but without the elements that change often.
  /// Replaced as a whole; its elements go then, and the plan adds them again.
  ///
  /// @param family `ip`, `ip6`, `inet`, `bridge`, `arp` or `netdev`
  /// @param body native text of what stands between the braces of `table`, comments allowed;
  ///   without a `comment` of the table itself, which is the machine's to mark what is ours
  record Ruleset(NamespaceName namespace, String family, String table, String body)
      implements MachineObject {
    @Override
    public Key key() {
      return new Key(Kind.RULESET, namespace, family + " " + table);
    }
  }

  /// A link. Of a veth pair this is the end in `namespace`; the other end is made with it.
  ///
  /// @param master link of the same namespace that this one is a port of
  /// @param mac empty: whatever the kernel gave
  record Link(
      NamespaceName namespace,
      String name,
      LinkKind kind,
      Optional<String> master,
      Optional<Mac> mac,
      int mtu,
      boolean up)
      implements MachineObject {
    @Override
    public Key key() {
      return new Key(Kind.LINK, namespace, name);
    }
  }

  /// What a link is.
  sealed interface LinkKind {
    /// A Linux bridge, without spanning tree, multicast snooping left to the kernel's default.
    record Bridge() implements LinkKind {}

    /// One end of a veth pair; the other is `peer` in `peerNamespace`, made with `peerMac` and set
    /// up.
    ///
    /// @param peerMaster link of `peerNamespace` that the other end is a port of
    record Veth(NamespaceName peerNamespace, String peer, Mac peerMac, Optional<String> peerMaster)
        implements LinkKind {
      /// The other end is a port of none.
      public Veth(NamespaceName peerNamespace, String peer, Mac peerMac) {
        this(peerNamespace, peer, peerMac, Optional.empty());
      }
    }

    /// A macvlan in bridge mode on `parent` of the machine's namespace.
    record Macvlan(String parent) implements LinkKind {}

    /// A macvlan by which the machine itself speaks on the segment of its NIC `uplink`. It has the
    /// NIC's IPv4 addresses too, each alone, so that the machine asks and answers under these.
    ///
    /// @param current the addresses are those that the NIC has now
    record HostAccess(String uplink, boolean current) implements LinkKind {}

    /// `lo`. Always in the kernel, so here it is there while it is up: adding sets it up, removing
    /// down.
    record Loopback() implements LinkKind {}
  }

  /// An element of an nftables set or map. Key and data parts are typed by [Part].
  ///
  /// @param data empty for sets
  record Element(
      NamespaceName namespace,
      String family,
      String table,
      String set,
      List<Part> parts,
      List<Part> data)
      implements MachineObject {
    public Element {
      parts = List.copyOf(parts);
      data = List.copyOf(data);
    }

    /// True when its set is one of this table.
    public boolean isIn(Ruleset rules) {
      return namespace.equals(rules.namespace)
          && family.equals(rules.family)
          && table.equals(rules.table);
    }

    @Override
    public Key key() {
      return new Key(
          Kind.ELEMENT, namespace, family + " " + table + " " + set + " " + Part.text(parts));
    }
  }

  /// An address on a link.
  record Address(NamespaceName namespace, String link, Cidr cidr) implements MachineObject {
    @Override
    public Key key() {
      return new Key(Kind.ADDRESS, namespace, link + " " + cidr);
    }
  }

  /// A unicast route, marked with our protocol number.
  ///
  /// @param to `0.0.0.0/0` or `::/0` for the default route
  /// @param table [#MAIN], or one that a [Rule] leads to. In these a gateway is a neighbour on the
  ///   link, whatever addresses that has
  /// @param source under which what is sent leaves, unless the sender chooses; empty: what the
  ///   kernel takes. Not in the machine's own namespace
  record Route(
      NamespaceName namespace,
      Subnet to,
      Optional<Ip> via,
      String link,
      int table,
      Optional<Ip> source)
      implements MachineObject {
    /// Number of the table that is looked up where no rule says otherwise.
    public static final int MAIN = 254;

    /// Of the main table.
    public Route(NamespaceName namespace, Subnet to, Optional<Ip> via, String link) {
      this(namespace, to, via, link, MAIN);
    }

    public Route(NamespaceName namespace, Subnet to, Optional<Ip> via, String link, int table) {
      this(namespace, to, via, link, table, Optional.empty());
    }

    public Route from(Optional<Ip> next) {
      return new Route(namespace, to, via, link, table, next);
    }

    @Override
    public Key key() {
      return new Key(Kind.ROUTE, namespace, table == MAIN ? to.toString() : to + " table " + table);
    }
  }

  /// What is sent from an address is routed by a table of its own; what that does not lead
  /// anywhere, by the main table. Marked with our protocol number. In the machine's own namespace
  /// there is none.
  record Rule(NamespaceName namespace, Ip from, int table) implements MachineObject {
    @Override
    public Key key() {
      return new Key(Kind.RULE, namespace, from.toString());
    }
  }
}
