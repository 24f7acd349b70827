package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.port.Port;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.Publication;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;

/// Publications on a container network: the container's own ports, opened or redirected in its own
/// namespace. Texts are those of vic-machine's port layer.
final class DirectPublishing {
  private DirectPublishing() {}

  /// Refuses what the trust level does not allow.
  static void check(Scope scope, ScopeKind.External kind, List<PublishRequest> requests) {
    for (var request : requests) {
      switch (kind.trust()) {
        case CLOSED, OUTBOUND ->
            throw new Refusal.Invalid(
                "ports cannot be published via container network "
                    + scope.name()
                    + " (firewall configured as either \"closed\" or \"outbound\")");
        case PEERS -> {
          if (!redirect(request)) {
            throw new Refusal.Invalid(
                "ports published via container network "
                    + scope.name()
                    + " must specify a mapping (firewall configured for \"peers\" - no need for publishing unless redirecting)");
          }
        }
        case PUBLISHED, OPEN -> {}
      }
      if (redirect(request) && request.container().size() > 1) {
        throw new Refusal.Invalid(
            "ports published on external networks cannot include both a redirect and a range ("
                + request.container()
                + ")");
      }
      request
          .hostIp()
          .filter(ip -> !ip.isUnspecified())
          .ifPresent(
              ip -> {
                throw new Refusal.Invalid(
                    "host IP "
                        + ip
                        + " for port bindings means nothing on container network "
                        + scope.name()
                        + ": ports are published at the container's own address; leave it out");
              });
    }
  }

  private static boolean redirect(PublishRequest request) {
    return request.host().filter(h -> !h.equals(request.container())).isPresent();
  }

  /// What the container publishes: each port under its own number or the one asked for.
  static List<Publication> of(Container container) {
    var out = new ArrayList<Publication>();
    for (var request : container.publish()) {
      add(
          out,
          new Publication(
              request.protocol(),
              Optional.empty(),
              request
                  .host()
                  .filter(h -> h.size() == request.container().size())
                  .orElse(request.container()),
              request.container(),
              true));
    }
    if (container.publishAll()) {
      container.exposed().stream().sorted().map(DirectPublishing::whole).forEach(p -> add(out, p));
    }
    return List.copyOf(out);
  }

  private static Publication whole(Port port) {
    var one = PortRange.of(port.number());
    return new Publication(port.protocol(), Optional.empty(), one, one, true);
  }

  /// One port leads to one place only; an exposed port that is published already is not new.
  private static void add(List<Publication> out, Publication next) {
    for (var p : out) {
      if (p.protocol() == next.protocol() && p.host().overlaps(next.host())) {
        if (p.host().contains(next.host().first())
            && p.host().contains(next.host().last())
            && next.host().equals(next.container())
            && p.container().contains(next.container().first())) {
          return;
        }
        throw new Refusal.Invalid(
            "port " + next.host() + "/" + next.protocol().text() + " is published twice");
      }
    }
    out.add(next);
  }
}
