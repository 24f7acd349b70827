package vch.build;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import vch.engine.compute.Images.Credentials;

/// What is asked of a build.
///
/// @param dockerfile path within the context
/// @param tags names that the image gets
/// @param arguments `--build-arg`; without a value: unset
/// @param labels that the image gets besides
/// @param target stage to stop at; empty: the last one
/// @param cache whether steps done before are taken over
/// @param remove whether containers go after their step
/// @param forceRemove also after a step that failed
/// @param pull whether base images are fetched even if they are here
/// @param cacheFrom images whose steps may be taken over; empty: all of this VCH
/// @param platform of base images; empty: the machine's
/// @param credentials by registry, `docker.io` or `host[:port]`
public record BuildRequest(
    String dockerfile,
    List<String> tags,
    Map<String, Optional<String>> arguments,
    Map<String, String> labels,
    String target,
    boolean cache,
    boolean remove,
    boolean forceRemove,
    boolean pull,
    List<String> cacheFrom,
    String platform,
    Function<String, Optional<Credentials>> credentials) {
  public BuildRequest {
    tags = List.copyOf(tags);
    arguments = Map.copyOf(arguments);
    labels = Map.copyOf(labels);
    cacheFrom = List.copyOf(cacheFrom);
  }
}
