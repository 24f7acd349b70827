package vch.build;

import vch.engine.compute.Images.Progress;

/// What whoever asked for a build gets to see. Called by one thread at a time.
public interface Output {
  /// Lines of the build and of its programs.
  void text(String text);

  /// What programs write to their standard error, and warnings.
  void error(String text);

  /// The image that a stage became.
  void image(String id);

  /// Progress of fetching an image.
  void progress(Progress progress);
}
