package vch.portlayer.scope;

import java.util.Map;
import java.util.Optional;

/// A subnet as the user wrote it; texts are parsed by the rule, so that every problem is reported
/// in one place.
public record SubnetRequest(
    Optional<String> subnet,
    Optional<String> range,
    Optional<String> gateway,
    Map<String, String> reserved) {}
