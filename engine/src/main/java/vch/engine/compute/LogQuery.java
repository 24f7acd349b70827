package vch.engine.compute;

import java.time.Instant;
import java.util.Optional;

/// @param follow go on until the container ends
/// @param tail only that many lines of the past; negative: all
public record LogQuery(
    boolean follow,
    boolean stdout,
    boolean stderr,
    Optional<Instant> since,
    Optional<Instant> until,
    int tail) {}
