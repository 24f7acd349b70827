package vch.services.dns;

/// What the name service has done since it began.
///
/// @param queries received
/// @param local answered from the image
/// @param cached answered from what an upstream server said before, or that none did
/// @param forwarded put to upstream servers
/// @param refused not forwarded: unknown asker, internal network, or a limit reached
/// @param failed answered SERVFAIL because no upstream server gave an answer
/// @param malformed not understood
public record DnsCounts(
    long queries,
    long local,
    long cached,
    long forwarded,
    long refused,
    long failed,
    long malformed) {}
