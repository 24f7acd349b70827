package vch.api.docker.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import vch.portlayer.address.Family;
import vch.portlayer.address.Ip;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.GatewayMode;
import vch.portlayer.scope.GatewayModes;
import vch.portlayer.scope.ScopeKind;

/// Driver options of the bridge driver. What is not honoured is refused, or said in a warning where
/// it changes nothing that a container could see. Options that Docker's bridge driver does not know
/// it ignores, and so are they here.
///
/// @param mtu bytes
/// @param portsRouted published ports are asked at containers' own addresses, too
/// @param warning for who asked; empty if there is nothing to say
record BridgeOptions(
    Optional<Integer> mtu,
    boolean interContainer,
    boolean masquerade,
    GatewayModes gateways,
    Optional<Ip> hostIp,
    boolean portsRouted,
    Optional<String> linkPrefix,
    String warning) {
  static final String MTU = "com.docker.network.driver.mtu";
  static final String ICC = "com.docker.network.bridge.enable_icc";
  static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final String NAME = "com.docker.network.bridge.name";
  static final String HOST_IP = "com.docker.network.bridge.host_binding_ipv4";
  private static final String INHIBIT = "com.docker.network.bridge.inhibit_ipv4";
  private static final String TRUSTED = "com.docker.network.bridge.trusted_host_interfaces";
  private static final String GATEWAY_MODE = "com.docker.network.bridge.gateway_mode_ipv4";
  private static final String GATEWAY_MODE_6 = "com.docker.network.bridge.gateway_mode_ipv6";
  private static final String PREFIX = "com.docker.network.container_iface_prefix";
  static final String ENABLE_4 = "com.docker.network.enable_ipv4";
  static final String ENABLE_6 = "com.docker.network.enable_ipv6";

  /// Leaves room for a number within IFNAMSIZ of linux/if.h.
  private static final Pattern LINK_PREFIX = Pattern.compile("[^\\s/:%\\p{Cntrl}]{1,12}");

  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  static BridgeOptions read(Map<String, String> options) {
    refuse(options);
    var mtu = Optional.ofNullable(options.get(MTU)).map(BridgeOptions::mtu);
    var name = Optional.ofNullable(options.get(NAME)).filter(n -> !n.isEmpty());
    var warning =
        name.map(
                n ->
                    "the Linux bridge of the network is inside the virtual container host and keeps its own name; "
                        + NAME
                        + "="
                        + n
                        + " is only shown")
            .orElse("");
    return new BridgeOptions(
        mtu,
        flag(options, ICC, true),
        flag(options, MASQUERADE, true),
        new GatewayModes(mode(options, GATEWAY_MODE), mode(options, GATEWAY_MODE_6)),
        hostIp(options),
        trusted(options),
        prefix(options),
        warning);
  }

  ScopeKind.Bridge kind(boolean internal) {
    return new ScopeKind.Bridge(
        internal, interContainer, masquerade, gateways, hostIp, portsRouted, linkPrefix);
  }

  private static Optional<String> text(Map<String, String> options, String option) {
    return Optional.ofNullable(options.get(option)).filter(text -> !text.isEmpty());
  }

  private static void refuse(Map<String, String> options) {
    if (flag(options, INHIBIT, false)) {
      throw new Refusal.Unsupported(
          "driver option "
              + INHIBIT
              + "=true is not offered: the gateway of a network is its VCH; for a network without a gateway use --internal with "
              + GATEWAY_MODE
              + "=isolated");
    }
  }

  private static GatewayMode mode(Map<String, String> options, String option) {
    return text(options, option)
        .map(
            word ->
                GatewayMode.tryParse(word)
                    .orElseThrow(() -> unparsable(option, word, "unknown gateway mode " + word)))
        .orElse(GatewayMode.NAT);
  }

  /// `0.0.0.0` is what holds without it.
  private static Optional<Ip> hostIp(Map<String, String> options) {
    return text(options, HOST_IP)
        .map(word -> Ip.tryParse(word).orElseThrow(() -> unparsable(HOST_IP, word, "nil ip")))
        .filter(ip -> !ip.equals(new Ip(Family.IPV4, 0, 0)));
  }

  /// The interfaces of the host are the roles of the VCH, of which containers are reached by the
  /// public one only.
  private static boolean trusted(Map<String, String> options) {
    var names = text(options, TRUSTED).map(t -> List.of(t.split(":", -1))).orElse(List.of());
    names.stream()
        .filter(name -> !name.equals("public"))
        .findFirst()
        .ifPresent(
            name -> {
              throw new Refusal.Invalid(
                  "driver option "
                      + TRUSTED
                      + " names \""
                      + name
                      + "\": containers are reached by the public role of their VCH only, so it can be \"public\"");
            });
    return !names.isEmpty();
  }

  private static Optional<String> prefix(Map<String, String> options) {
    var prefix = text(options, PREFIX).filter(p -> !p.equals("eth"));
    prefix
        .filter(p -> !LINK_PREFIX.matcher(p).matches())
        .ifPresent(
            p -> {
              throw new Refusal.Invalid(
                  "driver option "
                      + PREFIX
                      + "="
                      + p
                      + ": 1 to 12 characters without spaces, '/', ':' and '%' are needed");
            });
    return prefix;
  }

  private static int mtu(String text) {
    int mtu;
    try {
      mtu = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw unparsable(MTU, text, invalid("strconv.Atoi", text));
    }
    if (mtu < 0) {
      throw new Refusal.Invalid("invalid MTU number: " + mtu);
    }
    return mtu;
  }

  private static boolean flag(Map<String, String> options, String option, boolean absent) {
    var text = options.get(option);
    if (text == null) {
      return absent;
    }
    return bool(text)
        .orElseThrow(() -> unparsable(option, text, invalid("strconv.ParseBool", text)));
  }

  static boolean enabled(Map<String, String> options, String option, boolean absent) {
    var text = options.get(option);
    if (text == null) {
      return absent;
    }
    return bool(text)
        .orElseThrow(
            () -> new Refusal.Invalid("driver-opt \"" + option + "\" is not a valid bool"));
  }

  /// As Go's `strconv.ParseBool`.
  static Optional<Boolean> bool(String text) {
    return TRUE.contains(text)
        ? Optional.of(true)
        : FALSE.contains(text) ? Optional.of(false) : Optional.empty();
  }

  private static String invalid(String by, String text) {
    return by + ": parsing \"" + text + "\": invalid syntax";
  }

  private static Refusal unparsable(String option, String text, String why) {
    return new Refusal.Invalid("failed to parse " + option + " value: " + text + " (" + why + ")");
  }
}
