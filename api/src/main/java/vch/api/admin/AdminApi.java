package vch.api.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import vch.api.http.Exchange;
import vch.api.http.HttpHandler;
import vch.api.http.HttpProblem;
import vch.api.http.Route;
import vch.api.http.Router;
import vch.engine.Engine;
import vch.engine.Lifecycle;
import vch.engine.machine.NamespaceName;
import vch.portlayer.address.Subnet;
import vch.portlayer.container.ContainerId;
import vch.portlayer.portgroup.PortGroup;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.reach.Question;
import vch.portlayer.reach.Reach;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.rule.AddressBook;
import vch.portlayer.rule.CreatePortGroup;
import vch.portlayer.rule.CreateVch;
import vch.portlayer.rule.PortGroupRules;
import vch.portlayer.rule.ScopeRules;
import vch.portlayer.rule.VchRules;
import vch.portlayer.vch.Vch;

/// Serves the command line. Options come as query parameters; answers are text as the user will see
/// it; a refusal is its sentence with status 4xx.
public final class AdminApi implements HttpHandler {
  /// Ends the text of an answer of unknown length (RS, "record separator"). After it comes why the
  /// command failed, or nothing where it was done. Without it the daemon went away in the middle.
  public static final char END = '\u001e';

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final System.Logger LOG = System.getLogger(AdminApi.class.getName());

  private final Engine engine;
  private final Lifecycle lifecycle;
  private final Hosting hosting;
  private final Ids ids;
  private final InstantSource clock;
  private final Map<String, String> versions;
  private final Router<HttpHandler> router =
      new Router<>(
          List.of(
              new Route<>("GET", "/v1/version", "versions", this::version),
              new Route<>("GET", "/v1/plan", "what would be done", this::plan),
              new Route<>("GET", "/v1/vchs", "list VCHs", this::listVchs),
              new Route<>("POST", "/v1/vchs", "create a VCH", this::createVch),
              new Route<>("GET", "/v1/vch", "show a VCH", this::inspectVch),
              new Route<>("DELETE", "/v1/vch", "delete a VCH", this::deleteVch),
              new Route<>("POST", "/v1/vch/configure", "change a VCH", this::configureVch),
              new Route<>("GET", "/v1/vch/addresses", "addresses of a VCH", this::listAddresses),
              new Route<>("GET", "/v1/vch/leases", "leases of a VCH", this::listLeases),
              new Route<>("GET", "/v1/vch/explain", "who reaches whom", this::explain),
              new Route<>("GET", "/v1/portgroups", "list port groups", this::listPortGroups),
              new Route<>("POST", "/v1/portgroups", "create a port group", this::createPortGroup),
              new Route<>("GET", "/v1/portgroup", "show a port group", this::inspectPortGroup),
              new Route<>(
                  "DELETE", "/v1/portgroup", "remove a port group", this::removePortGroup)));

  /// @param versions names to versions, as `vch version` shows them
  public AdminApi(
      Engine engine,
      Lifecycle lifecycle,
      Hosting hosting,
      Ids ids,
      InstantSource clock,
      Map<String, String> versions) {
    this.engine = engine;
    this.lifecycle = lifecycle;
    this.hosting = hosting;
    this.ids = ids;
    this.clock = clock;
    this.versions = new LinkedHashMap<>(versions);
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    try {
      var match = router.find(exchange.method(), exchange.path());
      if (match.isEmpty()) {
        throw new HttpProblem(
            404,
            "the daemon knows no "
                + exchange.method()
                + " "
                + exchange.path()
                + "; is it older than the command?");
      }
      match.get().route().action().handle(exchange);
    } catch (Refusal e) {
      answer(exchange, status(e), e.getMessage());
    } catch (HttpProblem e) {
      answer(exchange, e.status(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "admin request " + exchange.method() + " " + exchange.path(),
          e);
      answer(exchange, 500, "the daemon failed: " + e.getMessage());
    }
  }

  private static int status(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Invalid _ -> 400;
      case Refusal.NotFound _ -> 404;
      case Refusal.Conflict _ -> 409;
      case Refusal.Forbidden _ -> 403;
      case Refusal.Unsupported _ -> 501;
      case Refusal.Failed _ -> 500;
      case Refusal.Unavailable _ -> 503;
    };
  }

  private static void answer(Exchange exchange, int status, String text) throws IOException {
    if (!exchange.answered()) {
      exchange.respond(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void version(Exchange exchange) throws IOException {
    var format = exchange.query().text("format");
    if (format.isEmpty()) {
      var text = new StringBuilder();
      versions.forEach(
          (name, version) -> text.append(name).append(' ').append(version).append('\n'));
      answer(exchange, 200, text.toString());
    } else {
      var view = new LinkedHashMap<String, Object>();
      exchange.query().get("client").ifPresent(v -> view.put("Client", Map.of("Version", v)));
      versions.forEach((name, version) -> view.put(field(name), Map.of("Version", version)));
      answer(exchange, 200, Output.one(view, format));
    }
  }

  /// `docker-api` is `{{.DockerAPI}}`, `java` is `{{.Java}}`.
  private static String field(String name) {
    return java.util.Arrays.stream(name.split("-"))
        .map(w -> w.equals("api") ? "API" : Character.toUpperCase(w.charAt(0)) + w.substring(1))
        .collect(java.util.stream.Collectors.joining());
  }

  private void plan(Exchange exchange) throws IOException {
    answer(exchange, 200, engine.plan());
  }

  private void listVchs(Exchange exchange) throws IOException {
    var image = engine.image();
    var rows =
        image.vchs().stream()
            .sorted(java.util.Comparator.comparing(Vch::name))
            .map(v -> Views.vch(image, v, hosting))
            .toList();
    answer(exchange, 200, Output.rows(rows, exchange.query().text("format"), Views.VCH_COLUMNS));
  }

  private void inspectVch(Exchange exchange) throws IOException {
    var image = engine.image();
    var vch = VchRules.find(image, exchange.query().text("vch"));
    answer(
        exchange, 200, Output.one(Views.vch(image, vch, hosting), exchange.query().text("format")));
  }

  private void explain(Exchange exchange) throws IOException {
    var image = engine.image();
    var query = exchange.query();
    var vch = VchRules.find(image, query.text("vch"));
    var from = query.text("from");
    var to = query.text("to");
    var question = Question.parse(image, vch, from, to);
    var answer = Reach.ask(image, vch.id(), question.from(), question.to(), question.traffic());
    var format = query.text("format");
    answer(
        exchange,
        200,
        format.isEmpty()
            ? Explanation.text(from, to, question.traffic(), answer)
            : Output.one(Explanation.view(from, to, answer), format));
  }

  private void createVch(Exchange exchange) throws IOException {
    var parameters = new CreateParameters(exchange.query());
    CreateVch command = parameters.read(engine, ids, clock.instant(), hosting);
    // Refused here already, so that a refusal still has its status: afterwards the answer has
    // begun.
    VchRules.create(engine.image(), command);
    var gone = new AtomicBoolean();
    try (var out = exchange.stream(200, TEXT, () -> gone.set(true))) {
      var failure = create(command, parameters, out, gone);
      out.write(END);
      out.write(failure.orElse("").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }

  /// @return why it failed; nothing of it is left then
  private Optional<String> create(
      CreateVch command, CreateParameters parameters, OutputStream out, AtomicBoolean gone) {
    boolean first = engine.image().portGroupNamed(PortGroup.VM_NETWORK).isEmpty();
    Vch vch;
    try {
      vch = engine.decide(image -> VchRules.create(image, command));
    } catch (Refusal e) { // somebody else was quicker
      return Optional.of(String.valueOf(e.getMessage()));
    }
    Runnable takeBack = () -> {};
    try {
      for (var line : VchRules.sharing(vch)) {
        line(out, line);
      }
      for (var line : VchRules.joining(engine.image(), vch)) {
        line(out, line);
      }
      stopIfGone(gone);
      hosting.open(vch, parameters.serverNames(), parameters.organization().orElse(vch.name()));
      stopIfGone(gone);
      var target = parameters.certificateTarget();
      if (target.isPresent()) {
        takeBack = hosting.copyCertificates(vch, target.get());
      }
      for (var line : Summary.of(engine.image(), vch, hosting, target)) {
        line(out, line);
      }
      stopIfGone(gone);
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      if (!(e instanceof IOException || e instanceof Refusal)) {
        LOG.log(System.Logger.Level.ERROR, "vch-create name=" + vch.name(), e);
      }
      takeBack.run();
      undo(vch, first);
      return Optional.of(
          "create of \"" + vch.name() + "\" failed and was undone: " + e.getMessage());
    }
  }

  private void configureVch(Exchange exchange) throws IOException {
    var parameters = new ConfigureParameters(exchange.query());
    var command = parameters.read(engine, ids, clock.instant());
    var impact =
        parameters.dryRun()
            ? VchRules.configure(engine.image(), command).reply().impact()
            : lifecycle.configure(command).impact();
    var lines = new ArrayList<>(impact);
    if (impact.isEmpty()) {
      lines.add("Nothing changes.");
    } else if (parameters.dryRun()) {
      lines.add("This is what would happen; nothing was changed (--dry-run).");
    }
    answer(exchange, 200, String.join("\n", lines) + "\n");
  }

  private static void stopIfGone(AtomicBoolean gone) throws IOException {
    if (gone.get()) {
      throw new IOException("the command was interrupted");
    }
  }

  /// @param first this create made the built-in port group, which goes too unless another VCH has
  ///   come to use it
  private void undo(Vch vch, boolean first) {
    LOG.log(System.Logger.Level.INFO, "vch-create-undone name={0}", vch.name());
    hosting.close(vch.id());
    engine.decide(image -> VchRules.delete(image, vch.id(), true));
    if (first) {
      try {
        engine.decide(image -> PortGroupRules.remove(image, PortGroup.VM_NETWORK));
      } catch (Refusal e) {
        LOG.log(System.Logger.Level.DEBUG, "port group stays: {0}", e.getMessage());
      }
    }
  }

  private static void line(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private void deleteVch(Exchange exchange) throws IOException {
    var vch = VchRules.find(engine.image(), exchange.query().text("vch"));
    boolean force = exchange.query().flag("force");
    VchRules.delete(engine.image(), vch.id(), force); // refuses before anything is stopped
    for (var container : engine.image().containers(vch.id()).toList()) {
      remove(container.id());
    }
    hosting.close(vch.id());
    engine.decide(image -> VchRules.delete(image, vch.id(), force));
    answer(exchange, 200, "VCH \"" + vch.name() + "\" deleted\n");
  }

  private void remove(ContainerId id) {
    try {
      lifecycle.remove(id, true, true);
    } catch (Refusal.NotFound e) { // it went by itself, as with --rm
      LOG.log(System.Logger.Level.DEBUG, "already gone: {0}", e.getMessage());
    }
  }

  private void listAddresses(Exchange exchange) throws IOException {
    var image = engine.image();
    var query = exchange.query();
    var vch = VchRules.find(image, query.text("vch"));
    var network = query.get("network");
    var scopes =
        network.isPresent()
            ? List.of(ScopeRules.find(image, vch.id(), network.get()))
            : AddressBook.scopes(image, vch.id());
    var format = query.text("format");
    var addresses = AddressViews.addresses(image, scopes, lifecycle::conflict);
    var pools = AddressViews.pools(image, scopes);
    var text =
        query.flag("pools")
            ? Output.rows(pools, format, AddressViews.POOL_COLUMNS)
            : Output.rows(addresses, format, AddressViews.ADDRESS_COLUMNS);
    if (format.isEmpty() && !query.flag("pools")) {
      text += "\n" + Output.rows(pools, format, AddressViews.POOL_COLUMNS);
    }
    answer(exchange, 200, text);
  }

  private void listLeases(Exchange exchange) throws IOException {
    var image = engine.image();
    var vch = VchRules.find(image, exchange.query().text("vch"));
    var rows = AddressViews.leases(image, vch.id());
    answer(
        exchange,
        200,
        Output.rows(rows, exchange.query().text("format"), AddressViews.LEASE_COLUMNS));
  }

  private void listPortGroups(Exchange exchange) throws IOException {
    var image = engine.image();
    var rows =
        image.portGroups().stream()
            .sorted(java.util.Comparator.comparing(PortGroup::name))
            .map(p -> Views.portGroup(image, p))
            .toList();
    answer(
        exchange,
        200,
        Output.rows(rows, exchange.query().text("format"), Views.PORT_GROUP_COLUMNS));
  }

  private void inspectPortGroup(Exchange exchange) throws IOException {
    var image = engine.image();
    var group = PortGroupRules.find(image, exchange.query().text("name"));
    answer(
        exchange, 200, Output.one(Views.portGroup(image, group), exchange.query().text("format")));
  }

  private void createPortGroup(Exchange exchange) throws IOException {
    var query = exchange.query();
    var name = query.text("name");
    boolean nat = query.flag("nat");
    var subnets = query.all("subnet");
    var bridge = query.get("bridge");
    var uplink = query.get("uplink");
    if (bridge.isPresent() && (nat || !subnets.isEmpty() || uplink.isPresent())) {
      throw new Refusal.Invalid(
          "--bridge adopts a Linux bridge as it is; --nat, --subnet and --uplink do not go with it");
    }
    if (uplink.isPresent() && (nat || !subnets.isEmpty())) {
      throw new Refusal.Invalid(
          "--uplink leads to the segment of a NIC; --nat and --subnet do not go with it");
    }
    boolean hostAccess = !query.flag("no-host-access");
    if (!hostAccess && uplink.isEmpty()) {
      throw new Refusal.Invalid(
          "--no-host-access needs --uplink: on all other port groups the machine takes part");
    }
    if (nat == subnets.isEmpty()) {
      throw new Refusal.Invalid(
          nat
              ? "--nat needs --subnet, for example --subnet 192.168.100.0/24"
              : "--subnet needs --nat");
    }
    var made = ids.bridgeLink();
    PortGroupKind kind =
        bridge
            .<PortGroupKind>map(PortGroupKind.Bridge::new)
            .or(() -> uplink.map(u -> new PortGroupKind.Nic(u, hostAccess)))
            .orElseGet(
                () ->
                    nat
                        ? new PortGroupKind.Nat(subnets.stream().map(AdminApi::subnet).toList())
                        : new PortGroupKind.Internal());
    var command =
        new CreatePortGroup(
            ids.portGroup(),
            name,
            kind,
            bridge.or(() -> uplink).orElse(made),
            engine.machine().bridges(NamespaceName.MACHINE),
            engine.machine().uplinks(NamespaceName.MACHINE),
            engine.machine().routes(NamespaceName.MACHINE),
            clock.instant());
    engine.decide(image -> PortGroupRules.create(image, command));
    answer(exchange, 200, name + "\n");
  }

  private static Subnet subnet(String text) {
    try {
      return Subnet.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal.Invalid("--subnet: " + e.getMessage());
    }
  }

  private void removePortGroup(Exchange exchange) throws IOException {
    var name = exchange.query().text("name");
    engine.decide(image -> PortGroupRules.remove(image, name));
    answer(exchange, 200, name + "\n");
  }

  /// The routes, for the reference.
  public List<Route<HttpHandler>> routes() {
    return router.routes();
  }
}
