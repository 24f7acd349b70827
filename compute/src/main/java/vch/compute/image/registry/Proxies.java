package vch.compute.image.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import vch.portlayer.address.Cidr;
import vch.portlayer.address.Ip;

/// The proxies that the daemon's environment names: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, also
/// in lower case, as Go reads them (golang.org/x/net/http/httpproxy). Loopback is never asked for
/// through a proxy. Passwords of proxies are not offered.
final class Proxies extends ProxySelector {
  private static final System.Logger LOG = System.getLogger(Proxies.class.getName());

  private final Map<String, String> environment;

  Proxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public List<Proxy> select(URI uri) {
    var host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    var proxy =
        variable("https".equals(uri.getScheme()) ? "https_proxy" : "http_proxy")
            .flatMap(Proxies::address);
    if (proxy.isEmpty() || direct(Insecure.host(host), uri.getPort())) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(new Proxy(Proxy.Type.HTTP, proxy.get()));
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT)))
        .or(() -> Optional.ofNullable(environment.get(name)))
        .filter(v -> !v.isBlank());
  }

  /// `http://proxy:3128`, or without the scheme.
  private static Optional<InetSocketAddress> address(String text) {
    try {
      var uri = URI.create(text.contains("://") ? text.strip() : "http://" + text.strip());
      if (uri.getHost() == null) {
        return Optional.empty();
      }
      return Optional.of(
          InetSocketAddress.createUnresolved(
              uri.getHost(), uri.getPort() > 0 ? uri.getPort() : 80));
    } catch (IllegalArgumentException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the proxy in the environment is no address and is not used: " + e.getMessage());
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

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    LOG.log(
        System.Logger.Level.DEBUG,
        "proxy {0} for {1} cannot be reached: {2}",
        address,
        uri,
        failure.getMessage());
  }
}
