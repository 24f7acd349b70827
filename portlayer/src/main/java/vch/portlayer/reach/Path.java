package vch.portlayer.reach;

import java.util.List;
import java.util.Optional;
import vch.portlayer.address.Ip;

/// The question at one address, and what becomes of it.
///
/// @param to the address asked
/// @param traffic what is asked there; where a publication leads to the port in question, the host
///   port
/// @param source the address asked from; empty where none is chosen or known
/// @param arrival present when it is reached
/// @param reasons what decides, in the order of the way
public record Path(
    Ip to,
    Traffic traffic,
    Optional<Ip> source,
    Verdict verdict,
    Optional<Arrival> arrival,
    List<Reason> reasons) {
  public Path {
    reasons = List.copyOf(reasons);
  }
}
