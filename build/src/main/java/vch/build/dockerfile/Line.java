package vch.build.dockerfile;

import java.util.List;

/// One instruction of a Dockerfile as it is written, its continuation lines joined.
///
/// @param number of its first line in the file, from 1; 0 where it stands in no file
/// @param word the instruction's name in lower case
/// @param flags `--name=value`, in front of the arguments
/// @param rest the arguments
/// @param text the whole of it
record Line(int number, String word, List<String> flags, String rest, String text) {
  Line {
    flags = List.copyOf(flags);
  }

  /// The name as Docker's messages write it.
  String name() {
    return word.toUpperCase(java.util.Locale.ROOT);
  }
}
