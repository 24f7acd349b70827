package vch.api.docker;

import java.util.ArrayList;
import java.util.List;

/// A version of the Docker Engine API, `1.44`.
public record ApiVersion(List<Integer> parts) implements Comparable<ApiVersion> {
  /// The oldest version served.
  public static final ApiVersion MIN = parse("1.24");

  /// The newest version served; calls without a version in their path get this one.
  public static final ApiVersion MAX = parse("1.50");

  /// The release of Docker's engine that brought [#MAX]: what the number of a server's version is
  /// measured by.
  public static final String ENGINE = "28.2.0";

  public ApiVersion {
    parts = List.copyOf(parts);
  }

  /// Parses digits and dots; a part that is no number counts as 0, as in Docker.
  public static ApiVersion parse(String text) {
    var parts = new ArrayList<Integer>();
    for (var part : text.split("\\.", -1)) {
      parts.add(part.isEmpty() || part.length() > 6 ? Integer.valueOf(0) : Integer.valueOf(part));
    }
    return new ApiVersion(parts);
  }

  /// True for version 1.`minor` and all later ones.
  public boolean atLeast(int minor) {
    return compareTo(new ApiVersion(List.of(1, minor))) >= 0;
  }

  @Override
  public int compareTo(ApiVersion other) {
    for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
      int mine = i < parts.size() ? parts.get(i) : 0;
      int its = i < other.parts.size() ? other.parts.get(i) : 0;
      if (mine != its) {
        return Integer.compare(mine, its);
      }
    }
    return 0;
  }

  @Override
  public String toString() {
    return String.join(".", parts.stream().map(String::valueOf).toList());
  }
}
