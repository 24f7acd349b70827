package vch.portlayer.reach;

import java.util.Optional;
import vch.portlayer.address.Ip;

/// Where a question arrives.
///
/// @param seen the address that it seems to come from; empty where that is not known
/// @param at the address that the program there is asked at
/// @param traffic what the program is asked
public record Arrival(Node node, Optional<Ip> seen, Ip at, Traffic traffic) {}
