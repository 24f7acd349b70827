package vch.kernel.nft;

/// Name of a table within a network namespace.
///
/// @param family `ip`, `ip6`, `inet`, `bridge`, `arp` or `netdev`
public record TableName(String family, String name) {
  @Override
  public String toString() {
    return family + " " + name;
  }
}
