package vch.engine.desired;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Mac;
import vch.portlayer.container.Container;
import vch.portlayer.container.Endpoint;
import vch.portlayer.scope.Scope;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// Names of kernel objects, made from ids alone, so that every daemon that reads the same record
/// finds the same names. A link name has at most 15 bytes (IFNAMSIZ in linux/if.h, less the final
/// zero).
public final class LinkNames {
  private LinkNames() {}

  /// The endpoint namespace of a VCH.
  public static NamespaceName endpoint(VchId vch) {
    return new NamespaceName("e-" + vch.value());
  }

  /// The namespace of one run of a container.
  public static NamespaceName container(Container container) {
    return new NamespaceName("c-" + container.id().brief() + "-" + container.state().run());
  }

  /// The segment of a bridge scope, a Linux bridge in the endpoint namespace.
  public static String segment(Scope scope) {
    return "br-" + scope.id().brief();
  }

  /// The one segment of all bridge scopes (`--bridge-isolation=shared`).
  public static String shared(VchId vch) {
    return "br-" + vch.value();
  }

  /// The NIC of the bridge role, a port of the one segment, where that is joined with a port group
  /// of the machine.
  public static final String BRIDGE_NIC = "bridge";

  /// The machine's end of it.
  public static String bridgeNicPort(VchId vch) {
    return nicPort(vch, BRIDGE_NIC);
  }

  /// Ethernet address of the machine's end of it.
  static Mac bridgeNicPortMac(VchId vch) {
    return nicPortMac(vch, BRIDGE_NIC);
  }

  /// Ethernet address of the NIC of the bridge role. It sends nothing of its own.
  static Mac bridgeNicMac(VchId vch) {
    return Mac.local(nicSeed(vch, BRIDGE_NIC));
  }

  /// The endpoint-namespace end of the one link that a container has for all bridge scopes.
  public static String sharedPort(Container container) {
    return "v"
        + hash("shared/" + container.id().value()).substring(0, 8)
        + "x"
        + Integer.toString(container.state().run(), 36);
  }

  /// The endpoint-namespace end of a container's link. It carries the run, so no name ever means
  /// two things.
  public static String port(Container container, Endpoint endpoint) {
    return "v"
        + endpoint.id().value().substring(0, 8)
        + "x"
        + Integer.toString(container.state().run(), 36);
  }

  /// The machine's end of a NIC of an endpoint namespace.
  public static String nicPort(Vch vch, Nic nic) {
    return nicPort(vch.id(), nic.name());
  }

  private static String nicPort(VchId vch, String nic) {
    return "pn" + hash(vch.value() + "/" + nic).substring(0, 10);
  }

  /// Ethernet address of a segment: ours and stable, so that it does not follow the ports that come
  /// and go, and containers keep their neighbour entry of the gateway over a repair.
  public static Mac segmentMac(Scope scope) {
    return Mac.local(
        Long.parseUnsignedLong(hash("segment/" + scope.id().value()).substring(0, 16), 16));
  }

  /// Ethernet address of the one segment of all bridge scopes.
  public static Mac sharedMac(VchId vch) {
    return Mac.local(Long.parseUnsignedLong(hash("segment/" + vch.value()).substring(0, 16), 16));
  }

  /// Ethernet address of the machine's end of a NIC. It begins with fe, higher than any other local
  /// address: a bridge without an address of its own takes the lowest of its ports', and an adopted
  /// bridge must not take ours.
  public static Mac nicPortMac(Vch vch, Nic nic) {
    return nicPortMac(vch.id(), nic.name());
  }

  private static Mac nicPortMac(VchId vch, String nic) {
    return new Mac((nicSeed(vch, nic) & 0x00ff_ffff_ffffL) | 0xfe00_0000_0000L);
  }

  private static long nicSeed(VchId vch, String nic) {
    return Long.parseUnsignedLong(hash("nic/" + vch.value() + "/" + nic).substring(0, 16), 16);
  }

  /// Ethernet address of the machine's end of a place on a container network; high, as that of a
  /// NIC's.
  static Mac placeMac(Endpoint endpoint) {
    long seed = Long.parseUnsignedLong(hash("place/" + endpoint.id().value()).substring(0, 16), 16);
    return new Mac((seed & 0x00ff_ffff_ffffL) | 0xfe00_0000_0000L);
  }

  static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
