package vch.portlayer.reach;

import java.util.List;

/// The ways from one to another.
///
/// @param paths one for each address that can be asked
/// @param why where there is none: why
public record Answer(List<Path> paths, List<Reason> why) {
  public Answer {
    paths = List.copyOf(paths);
    why = List.copyOf(why);
  }

  /// The best of the paths; without any, silence.
  public Verdict verdict() {
    return paths.stream().map(Path::verdict).min(Verdict::compareTo).orElse(Verdict.DROPPED);
  }
}
