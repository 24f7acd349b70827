package vch.portlayer.rule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.port.PortRange;
import vch.portlayer.port.PortSet;
import vch.portlayer.port.Ports;
import vch.portlayer.port.Publication;
import vch.portlayer.port.PublishRequest;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeKind;
import vch.portlayer.scope.TrustLevel;

/// Publications on a container network: the container's own ports, opened or redirected in its own
/// namespace. Texts are those of vic-machine's port layer.
final class DirectPublishing {
  private DirectPublishing() {}

  /// Refuses what the trust level does not allow, and what is no port of the container's own
  /// address.
  ///
  /// @param exposed with `-P`: the exposed ports; else empty
  static void check(
      Scope scope, ScopeKind.External kind, List<PublishRequest> requests, PortSet exposed) {
    if (!exposed.isEmpty()) {
      checkLevel(scope, kind, false);
    }
    for (var request : requests) {
      checkLevel(scope, kind, redirect(request));
      if (request.host().filter(h -> h.size() != request.container().size()).isPresent()) {
        throw new Refusal.Invalid(
            "ports published on external networks cannot include both a redirect and a range ("
                + request.host().get()
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

  private static void checkLevel(Scope scope, ScopeKind.External kind, boolean redirect) {
    if (offers(kind.trust(), redirect)) {
      return;
    }
    throw new Refusal.Invalid(
        kind.trust() == TrustLevel.PEERS
            ? "ports published via container network "
                + scope.name()
                + " must specify a mapping (firewall configured for \"peers\" - no need for publishing unless redirecting)"
            : "ports cannot be published via container network "
                + scope.name()
                + " (firewall configured as either \"closed\" or \"outbound\")");
  }

  /// True where a port opened (or redirected) at this level says anything.
  private static boolean offers(TrustLevel level, boolean redirect) {
    return switch (level) {
      case CLOSED, OUTBOUND -> false;
      case PEERS -> redirect;
      case PUBLISHED, OPEN -> true;
    };
  }

  private static boolean redirect(PublishRequest request) {
    return request.host().filter(h -> !h.equals(request.container())).isPresent();
  }

  /// What the container publishes: each port under its own number or the one asked for. Only what
  /// the level allows and what names no other address, since the ports may have been meant for
  /// another network than this one.
  static List<Publication> of(Container container, TrustLevel level) {
    var out = new ArrayList<Publication>();
    for (var request : container.publish()) {
      if (offers(level, redirect(request)) && !elsewhere(request)) {
        add(out, request);
      }
    }
    if (container.publishAll() && offers(level, false)) {
      for (var ports : container.exposed().ranges()) {
        out.addAll(whole(ports, out));
      }
    }
    return List.copyOf(out);
  }

  private static boolean elsewhere(PublishRequest request) {
    return request.hostIp().filter(ip -> !ip.isUnspecified()).isPresent();
  }

  /// Exposed ports under their own numbers, but those that are published already, and those whose
  /// number leads to another port.
  private static List<Publication> whole(Ports exposed, List<Publication> published) {
    var numbers = new BitSet();
    numbers.set(exposed.range().first(), exposed.range().last() + 1);
    for (var p : published) {
      if (p.protocol() == exposed.protocol()) {
        numbers.clear(p.host().first(), p.host().last() + 1);
        numbers.clear(p.container().first(), p.container().last() + 1);
      }
    }
    return PortRange.runs(numbers).stream()
        .map(run -> new Publication(exposed.protocol(), Optional.empty(), run, run, true))
        .toList();
  }

  private static void add(List<Publication> out, PublishRequest request) {
    var host =
        request
            .host()
            .filter(h -> h.size() == request.container().size())
            .orElse(request.container());
    var next =
        new Publication(request.protocol(), request.hostIp(), host, request.container(), true);
    for (var p : out) {
      if (p.protocol() == next.protocol()
          && p.host().overlaps(next.host())
          && Publication.meet(p.hostIp(), next.hostIp())) {
        if (same(p, next)) {
          return;
        }
        throw new Refusal.Invalid(
            "port " + next.host() + "/" + next.protocol().text() + " is published twice");
      }
    }
    out.add(next);
  }

  /// True when all that `next` says is said by `p`.
  private static boolean same(Publication p, Publication next) {
    return (p.hostIp().isEmpty() || p.hostIp().equals(next.hostIp()))
        && p.host().first() <= next.host().first()
        && next.host().last() <= p.host().last()
        && p.container().first() - p.host().first()
            == next.container().first() - next.host().first();
  }
}
