package vch.api.docker.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Fields;
import vch.api.docker.Filters;
import vch.api.docker.Json;
import vch.api.docker.Operation;
import vch.api.docker.Pruning;
import vch.api.docker.Timestamps;
import vch.api.docker.container.EndpointSettings;
import vch.api.http.Route;
import vch.engine.desired.LinkNames;
import vch.portlayer.container.Container;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.ContainerRules;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.scope.Scope;
import vch.portlayer.scope.ScopeId;
import vch.portlayer.scope.ScopeKind;

/// The routes below /networks.
public final class NetworkRoutes {
  private final DockerHost host;
  private final Pruning pruning = new Pruning();

  private NetworkRoutes(DockerHost host) {
    this.host = host;
  }

  public static List<Route<Operation>> of(DockerHost host) {
    var routes = new NetworkRoutes(host);
    return List.of(
        new Route<>("GET", "/networks", "lists networks", routes::list),
        new Route<>("GET", "/networks/", "lists networks", routes::list),
        new Route<>(
            "GET", "/networks/{id:.*}", "shows a network with its containers", routes::inspect),
        new Route<>("POST", "/networks/create", "creates a network", routes::create),
        new Route<>(
            "POST", "/networks/prune", "removes the networks that nothing uses", routes::prune),
        new Route<>("POST", "/networks/{id:.*}/connect", "connects a container", routes::connect),
        new Route<>(
            "POST", "/networks/{id:.*}/disconnect", "disconnects a container", routes::disconnect),
        new Route<>("DELETE", "/networks/{id:.*}", "removes a network", routes::remove));
  }

  private void list(Call call) throws IOException {
    var image = host.image();
    var filter = new NetworkFilter(call.query().text("filters"));
    var out = Json.array();
    image
        .scopes(host.vch())
        .filter(s -> filter.test(image, s))
        .sorted(Comparator.comparing(Scope::name))
        .forEach(s -> out.add(NetworkJson.of(image, s, !call.since(28))));
    call.reply(200, out);
  }

  private void inspect(Call call) throws IOException {
    var verbose = call.query().text("verbose");
    if (!verbose.isEmpty() && BridgeOptions.bool(verbose).isEmpty()) {
      throw new Refusal.Invalid(
          "invalid value for verbose: "
              + verbose
              + ": strconv.ParseBool: parsing \""
              + verbose
              + "\": invalid syntax");
    }
    var image = host.image();
    var scope = ScopeRules.find(image, host.vch(), call.variable("id"));
    var level = call.query().text("scope");
    if (!level.isEmpty() && !level.equals(NetworkJson.level(scope))) {
      throw new Refusal.NotFound("network " + call.variable("id") + " not found");
    }
    call.reply(200, NetworkJson.of(image, scope, true));
  }

  private void create(Call call) throws IOException {
    var routes = host.engine().machine().routes(LinkNames.endpoint(host.vch()));
    var read =
        NetworkRequest.read(
            call,
            call.body(),
            host.image(),
            new ScopeId(host.newId()),
            host.vch(),
            routes,
            host.clock().instant());
    var scope = host.engine().decide(image -> ScopeRules.create(image, read.command()));
    publish("create", scope);
    call.reply(201, Json.object().put("Id", scope.id().value()).put("Warning", read.warning()));
  }

  private void connect(Call call) throws IOException {
    var body = call.body();
    var container = ContainerRules.find(host.image(), host.vch(), container(body));
    var request =
        EndpointSettings.forConnect(
            body.object("EndpointConfig").raw(),
            call.variable("id"),
            host.newId(),
            host.chance().nextLong());
    host.attachments().connect(container.id(), request);
    call.reply(200);
  }

  private void disconnect(Call call) throws IOException {
    var body = call.body();
    var name = container(body);
    boolean force = body.flag("Force");
    Container container;
    try {
      container = ContainerRules.find(host.image(), host.vch(), name);
    } catch (Refusal.NotFound e) {
      if (!force) {
        throw e;
      }
      // Docker looks for an endpoint of that name; here none is without its container
      ScopeRules.find(host.image(), host.vch(), call.variable("id"));
      throw new Refusal.NotFound("endpoint " + name + " not found");
    }
    var scope = ScopeRules.find(host.image(), host.vch(), call.variable("id"));
    host.attachments().disconnect(container.id(), scope.id(), force);
    call.reply(200);
  }

  private static String container(Fields body) {
    var name = body.text("Container");
    if (name.isEmpty()) {
      throw new Refusal.Invalid("invalid name or ID supplied: \"\"");
    }
    return name;
  }

  private void remove(Call call) throws IOException {
    var id = ScopeRules.findToRemove(host.image(), host.vch(), call.variable("id")).id();
    var scope = host.engine().decide(image -> ScopeRules.remove(image, id));
    publish("destroy", scope);
    call.reply(204);
  }

  private void prune(Call call) throws IOException {
    var filters = Filters.parse(call.query().text("filters"), Set.of("until", "label", "label!"));
    if (filters.get("until").size() > 1) {
      throw new Refusal.Invalid("more than one until filter specified");
    }
    var now = host.clock().instant();
    var until =
        filters.get("until").stream().findFirst().map(text -> Timestamps.any("until", text, now));
    call.reply(
        200,
        pruning.alone(
            () -> {
              var image = host.image();
              var candidates =
                  image
                      .scopes(host.vch())
                      .filter(
                          s ->
                              !s.builtin()
                                  && !(s.kind() instanceof ScopeKind.Configuration)
                                  && NetworkJson.members(image, s).findAny().isEmpty())
                      .filter(s -> until.filter(u -> s.created().isAfter(u)).isEmpty())
                      .filter(s -> filters.labels("label", s.labels()))
                      .filter(s -> filters.withoutLabels("label!", s.labels()))
                      .toList();
              var gone = new ArrayList<String>();
              for (var scope : candidates) {
                try {
                  host.engine().decide(latest -> ScopeRules.remove(latest, scope.id()));
                } catch (Refusal.Forbidden | Refusal.NotFound _) { // used or removed since
                  continue;
                }
                publish("destroy", scope);
                gone.add(scope.name());
              }
              host.publish("network", "prune", "", Map.of("reclaimed", "0"));
              var out = Json.object();
              if (gone.isEmpty()) {
                out.putNull("NetworksDeleted");
              } else {
                out.set("NetworksDeleted", Json.array(gone));
              }
              return out;
            }));
  }

  private void publish(String action, Scope scope) {
    host.publish(
        "network",
        action,
        scope.id().value(),
        Map.of("name", scope.name(), "type", NetworkJson.driver(scope)));
  }
}
