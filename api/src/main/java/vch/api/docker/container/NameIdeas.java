package vch.api.docker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Names for containers that the user did not name: `adjective_surname`, as people know them from Docker.
final class NameIdeas {
  private static final List<String> ADJECTIVES =
      List.of(
          "able", "airy", "amber", "apt", "balanced", "bold", "breezy", "bright", "brisk", "calm", "candid", "careful", "cheerful",
          "clear", "clever", "cosy", "crisp", "curious", "daring", "deft", "eager", "early", "easy", "fair", "fond", "frank", "fresh",
          "gentle", "glad", "golden", "graceful", "handy", "hardy", "hearty", "honest", "humble", "jolly", "keen", "kind", "light",
          "lively", "lucid", "mellow", "merry", "mild", "modest", "neat", "nimble", "patient", "plain", "playful", "polite", "proud",
          "quick", "quiet", "ready", "robust", "serene", "sharp", "silver", "sincere", "smart", "snug", "sober", "solid", "spry",
          "steady", "sturdy", "sunny", "swift", "tidy", "tranquil", "trusty", "upbeat", "vivid", "warm", "watchful", "wise", "witty",
          "zesty");

  /// People whose work networks stand on, and some others who measured and mapped.
  private static final List<String> SURNAMES =
      List.of(
          "abramson", "ampere", "armstrong", "babbage", "baran", "bell", "bellovin", "berners", "boggs", "boole", "braun", "cailliau",
          "cerf", "chappe", "clark", "cohen", "crocker", "curie", "davies", "deering", "dijkstra", "dixon", "engelbart", "erlang",
          "estrin", "euler", "faraday", "feinler", "floyd", "gauss", "hamming", "hertz", "hopper", "huffman", "jacobson", "kahn",
          "karn", "kirchhoff", "kirstein", "kleinrock", "lamarr", "lamport", "lick", "liskov", "lovelace", "marconi", "maxwell",
          "mercator", "metcalfe", "mockapetris", "morse", "nagle", "noether", "nyquist", "ohm", "perlman", "popov", "postel", "pouzin",
          "reed", "rekhter", "roberts", "saltzer", "shannon", "siemens", "tesla", "thacker", "tomlinson", "turing", "varadhan",
          "volta", "weaver", "wheatstone", "wing", "zimmermann");

  private NameIdeas() {}

  /// Different ideas, as far as chance gives them.
  static List<String> some(RandomGenerator chance, int count) {
    var out = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var idea = ADJECTIVES.get(chance.nextInt(ADJECTIVES.size())) + "_" + SURNAMES.get(chance.nextInt(SURNAMES.size()));
      // As in Docker, a digit helps where the first ideas are taken.
      out.add(i < count / 2 ? idea : idea + chance.nextInt(10));
    }
    return out;
  }
}
