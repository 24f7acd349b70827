package vch.api.docker;

/// Serves one route of the Docker API.
@FunctionalInterface
public interface Operation {
  /// Reads the call, decides, replies. A [vch.portlayer.refusal.Refusal] becomes Docker's status
  /// and `{"message": …}`.
  void run(Call call) throws Exception;
}
