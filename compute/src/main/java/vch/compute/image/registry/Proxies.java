package vch.compute.image.registry;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.client.Authentication;
import org.eclipse.jetty.client.BasicAuthentication;
import org.eclipse.jetty.client.HttpProxy;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.ProxyConfiguration.Proxy;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Transport;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;

/// The proxies that the daemon's environment names: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, also
/// in lower case, as Go reads them (golang.org/x/net/http/httpproxy). Loopback is never asked for
/// through a proxy. Name and password in a proxy's address are shown to it (basic, RFC 7617).
final class Proxies {
  private static final System.Logger LOG = System.getLogger(Proxies.class.getName());

  private final Map<String, String> environment;

  Proxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /// The proxies for an HTTP client, each with what goes through it.
  ///
  /// @param transport how the proxies themselves are reached
  List<Proxy> proxies(Transport transport) {
    var out = new ArrayList<Proxy>();
    for (var scheme : List.of("http", "https")) {
      server(scheme).ifPresent(s -> out.add(proxy(scheme, s.address(), transport)));
    }
    return out;
  }

  /// What is shown to the proxies without being asked. One proxy is shown one name.
  List<Authentication.Result> authentications() {
    return Stream.of("http", "https")
        .flatMap(scheme -> server(scheme).stream())
        .filter(s -> !s.user().isEmpty())
        .<Authentication.Result>map(
            s ->
                new BasicAuthentication.BasicResult(
                    URI.create("http://" + s.address().asString()),
                    HttpHeader.PROXY_AUTHORIZATION,
                    s.user(),
                    s.password()))
        .toList();
  }

  /// @param user empty: none
  private record Server(Origin.Address address, String user, String password) {}

  private Proxy proxy(String scheme, Origin.Address address, Transport transport) {
    var protocol = new Origin.Protocol(List.of("http/1.1"), false);
    return new HttpProxy(new Origin("http", address, null, protocol, transport), null) {
      @Override
      public boolean matches(Origin origin) {
        var target = origin.getAddress();
        return origin.getScheme().equals(scheme)
            && select(scheme, target.getHost(), target.getPort()).isPresent();
      }
    };
  }

  /// The proxy that a host is asked through; empty: none.
  Optional<Origin.Address> select(String scheme, String host, int port) {
    return server(scheme)
        .map(Server::address)
        .filter(_ -> !direct(Insecure.host(host.toLowerCase(Locale.ROOT)), port));
  }

  private Optional<Server> server(String scheme) {
    return variable(scheme + "_proxy").flatMap(Proxies::parse);
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT)))
        .or(() -> Optional.ofNullable(environment.get(name)))
        .filter(v -> !v.isBlank());
  }

  /// `http://user:password@proxy:3128`, or without the parts before the host.
  private static Optional<Server> parse(String text) {
    try {
      var uri = URI.create(text.contains("://") ? text.strip() : "http://" + text.strip());
      if (uri.getHost() == null) {
        return Optional.empty();
      }
      var who = Optional.ofNullable(uri.getUserInfo()).orElse("").split(":", 2);
      return Optional.of(
          new Server(
              new Origin.Address(uri.getHost(), uri.getPort() > 0 ? uri.getPort() : 80),
              who[0],
              who.length > 1 ? who[1] : ""));
    } catch (IllegalArgumentException _) { // whose message may hold a password
      LOG.log(
          System.Logger.Level.WARNING,
          "the proxy in the environment is no address and is not used");
      return Optional.empty();
    }
  }

  private boolean direct(String host, int port) {
    var address = Ip.tryParse(host);
    if (host.equals("localhost") || address.map(Ip::isLoopback).orElse(false)) {
      return true;
    }
    return variable("no_proxy").stream()
        .flatMap(v -> Arrays.stream(v.split(",", -1)))
        .map(v -> v.strip().toLowerCase(Locale.ROOT))
        .filter(v -> !v.isEmpty())
        .anyMatch(v -> excludes(v, host, port, address));
  }

  private static boolean excludes(String rule, String host, int port, Optional<Ip> address) {
    if (rule.equals("*") || rule.equals(host) || rule.equals(host + ":" + port)) {
      return true;
    }
    var net = Cidr.tryParse(rule);
    if (net.isPresent()) {
      return address
          .filter(a -> a.family() == net.get().address().family())
          .map(
              a ->
                  a.masked(net.get().length())
                      .equals(net.get().address().masked(net.get().length())))
          .orElse(false);
    }
    var suffix =
        rule.startsWith("*.") ? rule.substring(1) : rule.startsWith(".") ? rule : "." + rule;
    return host.endsWith(suffix);
  }
}
