package vch.portlayer.port;

import java.util.Locale;
import java.util.Optional;

/// A transport with ports; the number is that of the IANA protocol registry.
public enum Protocol {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;
  private final String text = name().toLowerCase(Locale.ROOT);

  Protocol(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  public static Optional<Protocol> tryParse(String text) {
    var lower = text.toLowerCase(Locale.ROOT);
    for (var p : values()) {
      if (p.text.equals(lower)) {
        return Optional.of(p);
      }
    }
    return Optional.empty();
  }

  /// `tcp`, `udp` or `sctp`.
  public String text() {
    return text;
  }
}
