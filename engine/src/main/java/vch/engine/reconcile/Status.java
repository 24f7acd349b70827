package vch.engine.reconcile;

import java.time.Instant;

/// Why an owner's part of the machine is not as wanted.
///
/// @param error the sentence of the first step that failed
/// @param since when it first failed
/// @param tries how often it has been tried
public record Status(String error, Instant since, int tries) {}
