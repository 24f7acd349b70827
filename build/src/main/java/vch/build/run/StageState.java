package vch.build.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import vch.build.dockerfile.Substitution;
import vch.portlayer.refusal.Refusal;

/// Where a stage of a build is. For one thread.
final class StageState {
  final RunConfig config;
  final Arguments arguments;
  final char escape;

  /// Id of the image so far; empty: nothing yet.
  String image;

  String author;

  /// The stage itself set a command.
  boolean cmdSet;

  /// A step was not found done before: no later one will be.
  boolean cacheLost;

  StageState(RunConfig config, Arguments arguments, char escape, String image, String author) {
    this.config = config;
    this.arguments = arguments;
    this.escape = escape;
    this.image = image;
    this.author = author;
  }

  private Map<String, String> variables() {
    var all = new TreeMap<>(arguments.current());
    all.putAll(config.variables());
    return all;
  }

  String word(String text) {
    return word(text, escape, variables());
  }

  static String word(String text, char escape, Map<String, String> variables) {
    try {
      return new Substitution(escape, variables).word(text);
    } catch (Refusal.Invalid e) {
      throw failed(text, e);
    }
  }

  List<String> words(String text) {
    try {
      return new Substitution(escape, variables()).words(text);
    } catch (Refusal.Invalid e) {
      throw failed(text, e);
    }
  }

  private static Refusal.Invalid failed(String text, Refusal.Invalid e) {
    return new Refusal.Invalid("failed to process \"" + text + "\": " + e.getMessage());
  }
}
