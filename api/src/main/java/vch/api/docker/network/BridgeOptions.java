package vch.api.docker.network;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vch.portlayer.refusal.Refusal;

/// Driver options of the bridge driver. What is not honoured is refused, or said in a warning where
/// it changes nothing that a container could see. Options that Docker's bridge driver does not know
/// it ignores, and so are they here.
///
/// @param mtu bytes
/// @param warning for who asked; empty if there is nothing to say
record BridgeOptions(
    Optional<Integer> mtu, boolean interContainer, boolean masquerade, String warning) {
  static final String MTU = "com.docker.network.driver.mtu";
  static final String ICC = "com.docker.network.bridge.enable_icc";
  static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final String NAME = "com.docker.network.bridge.name";
  private static final String HOST_IP = "com.docker.network.bridge.host_binding_ipv4";
  private static final String INHIBIT = "com.docker.network.bridge.inhibit_ipv4";
  private static final String TRUSTED = "com.docker.network.bridge.trusted_host_interfaces";
  private static final String GATEWAY_MODE = "com.docker.network.bridge.gateway_mode_ipv4";
  private static final String GATEWAY_MODE_6 = "com.docker.network.bridge.gateway_mode_ipv6";
  private static final String PREFIX = "com.docker.network.container_iface_prefix";
  static final String ENABLE_4 = "com.docker.network.enable_ipv4";
  static final String ENABLE_6 = "com.docker.network.enable_ipv6";

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
        mtu, flag(options, ICC, true), flag(options, MASQUERADE, true), warning);
  }

  private static void refuse(Map<String, String> options) {
    if (flag(options, INHIBIT, false)) {
      throw notOffered(INHIBIT, "true", "the gateway address is always on the bridge");
    }
    only(
        options,
        HOST_IP,
        Set.of("", "0.0.0.0"),
        "publish with the host address instead, as in -p 192.168.1.2:80:80");
    only(
        options,
        GATEWAY_MODE,
        Set.of("", "nat"),
        "networks are masqueraded; " + MASQUERADE + "=false leaves addresses as they are");
    only(
        options,
        GATEWAY_MODE_6,
        Set.of("", "nat"),
        "networks are masqueraded; " + MASQUERADE + "=false leaves addresses as they are");
    only(
        options,
        PREFIX,
        Set.of("", "eth"),
        "links in a container are named eth0, eth1, …, or by the endpoint option com.docker.network.endpoint.ifname");
    only(options, TRUSTED, Set.of(""), "published ports are reached through the public role only");
  }

  private static void only(
      Map<String, String> options, String option, Set<String> honoured, String hint) {
    var value = Optional.ofNullable(options.get(option)).orElse("");
    if (!honoured.contains(value)) {
      throw notOffered(option, value, hint);
    }
  }

  private static Refusal notOffered(String option, String value, String hint) {
    return new Refusal.Unsupported(
        "driver option " + option + "=" + value + " is not offered: " + hint);
  }

  private static int mtu(String text) {
    int mtu;
    try {
      mtu = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw unparsable(MTU, text, "strconv.Atoi");
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
    return bool(text).orElseThrow(() -> unparsable(option, text, "strconv.ParseBool"));
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

  private static Refusal unparsable(String option, String text, String by) {
    return new Refusal.Invalid(
        "failed to parse "
            + option
            + " value: "
            + text
            + " ("
            + by
            + ": parsing \""
            + text
            + "\": invalid syntax)");
  }
}
