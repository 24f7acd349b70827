package vch.api.docker;

import vch.portlayer.refusal.Refusal;

/// The HTTP status that Docker gives to each kind of refusal.
final class DockerStatus {
  private DockerStatus() {}

  static int of(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Invalid _ -> 400;
      case Refusal.Forbidden _ -> 403;
      case Refusal.NotFound _ -> 404;
      case Refusal.Conflict _ -> 409;
      case Refusal.Failed _ -> 500;
      case Refusal.Unsupported _ -> 501;
      case Refusal.Unavailable _ -> 503;
    };
  }
}
