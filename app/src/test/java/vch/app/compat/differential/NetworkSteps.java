package vch.app.compat.differential;

import java.util.List;

/// Calls about networks.
final class NetworkSteps {
  private static final List<String> NAMES = List.of("n1", "n2", "n3", "n4");

  private final Dice dice;

  NetworkSteps(Dice dice) {
    this.dice = dice;
  }

  Step create(Model model) {
    var name = dice.one(NAMES);
    var members = new StringBuilder("{\"Name\":\"" + name + "\",\"CheckDuplicate\":true");
    if (dice.percent(50)) {
      members.append(",\"Driver\":\"bridge\"");
    }
    if (dice.percent(25)) {
      members.append(",\"Internal\":true");
    }
    if (dice.percent(15)) {
      members.append(",\"Attachable\":true");
    }
    members.append(
        dice.one(
            "",
            "",
            ",\"Labels\":{}",
            ",\"Labels\":{\"a\":\"1\"}",
            ",\"Labels\":{\"a\":\"2\",\"b\":\"\"}",
            ",\"Labels\":null"));
    members.append(
        dice.one(
            "",
            "",
            ",\"Options\":{}",
            ",\"Options\":null",
            ",\"Options\":{\"com.docker.network.driver.mtu\":\"1400\"}",
            ",\"Options\":{\"com.docker.network.bridge.enable_icc\":\"false\"}",
            ",\"Options\":{\"foo\":\"bar\"}"));
    members.append(ipam());
    return Step.of("network create", "POST", "/networks/create")
        .json(members + "}")
        .binding("net:" + name)
        .then(m -> m.network(name));
  }

  private String ipam() {
    int k = dice.below(8);
    var net = "10.100." + k;
    return dice.one(
        "",
        "",
        ",\"IPAM\":null",
        ",\"IPAM\":{}",
        ",\"IPAM\":{\"Driver\":\"default\",\"Config\":[]}",
        ",\"IPAM\":{\"Driver\":\"default\",\"Config\":[],\"Options\":{}}",
        ",\"IPAM\":{\"Config\":[{}]}",
        ",\"IPAM\":{\"Config\":[{\"Subnet\":\"" + net + ".0/24\"}]}",
        ",\"IPAM\":{\"Driver\":\"default\",\"Options\":{\"x\":\"y\"},\"Config\":[{\"Subnet\":\""
            + net
            + ".0/24\",\"Gateway\":\""
            + net
            + ".254\"}]}",
        ",\"IPAM\":{\"Config\":[{\"Subnet\":\""
            + net
            + ".0/24\",\"IPRange\":\""
            + net
            + ".128/25\",\"Gateway\":\""
            + net
            + ".1\",\"AuxiliaryAddresses\":{\"router\":\""
            + net
            + ".200\"}}]}");
  }

  /// Bodies that are wrong.
  Step createWrong(Model model) {
    var ipam = "{\"Name\":\"bad\",\"IPAM\":{\"Config\":[%s]}}";
    var body =
        dice.one(
            "{}",
            "{\"Name\":\"\"}",
            "{\"Name\":\" \"}",
            "{\"Name\":\"bridge\"}",
            "{\"Name\":\"host\"}",
            "{\"Name\":\"none\"}",
            "{\"Name\":\"default\"}",
            "{\"Name\":\"bad\",\"Driver\":\"host\"}",
            "{\"Name\":\"bad\",\"Driver\":\"null\"}",
            "{\"Name\":\"bad\",\"Driver\":\"overlay\"}",
            "{\"Name\":\"bad\",\"Scope\":\"swarm\"}",
            "{\"Name\":\"bad\",\"Ingress\":true}",
            "{\"Name\":\"bad\",\"ConfigFrom\":{\"Network\":\"nosuch\"}}",
            "{\"Name\":1}",
            "{\"Name\":\"bad\",\"Labels\":[]}",
            "{\"Name\":\"bad\",\"Internal\":\"yes\"}",
            "{\"Name\":\"bad\",\"Options\":{\"com.docker.network.driver.mtu\":\"x\"}}",
            "{\"Name\":\"bad\",\"Options\":{\"com.docker.network.bridge.enable_icc\":\"x\"}}",
            "{\"Name\":\"bad\",\"Options\":{\"com.docker.network.enable_ipv6\":\"x\"}}",
            ipam.formatted("{\"Subnet\":\"10.101.0.5/24\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/33\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\",\"Gateway\":\"10.102.0.1\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\",\"Gateway\":\"x\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\",\"IPRange\":\"10.102.0.0/25\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\",\"IPRange\":\"10.101.0.0/23\"}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\",\"IPRange\":\"10.101.0.5/25\"}"),
            ipam.formatted(
                "{\"Subnet\":\"10.101.0.0/24\",\"AuxiliaryAddresses\":{\"a\":\"10.102.0.1\"}}"),
            ipam.formatted(
                "{\"Subnet\":\"10.101.0.0/24\",\"Gateway\":\"10.101.0.1\",\"AuxiliaryAddresses\":{\"a\":\"10.101.0.1\"}}"),
            ipam.formatted("{\"Subnet\":\"10.101.0.0/24\"},{\"Subnet\":\"10.102.0.0/24\"}"),
            ipam.formatted("{\"Gateway\":\"10.101.0.1\"}"));
    return Step.of("network create wrong", "POST", "/networks/create").json(body);
  }

  Step inspect(Model model) {
    var query =
        dice.one(
            "",
            "",
            "",
            "",
            "?verbose=true",
            "?verbose=x",
            "?scope=local",
            "?scope=swarm",
            "?verbose=");
    return Step.of("network inspect", "GET", "/networks/" + reference(model) + query);
  }

  private String reference(Model model) {
    if (dice.percent(20)) {
      return dice.one("bridge", "none");
    }
    var name = dice.some(model.networks());
    return switch (dice.below(6)) {
      case 0 -> "<net:" + name + ">";
      case 1 -> "<shortnet:" + name + ">";
      default -> name;
    };
  }

  Step list(Model model) {
    var filter =
        dice.one(
            "",
            "{}",
            "{\"name\":[\"n\"]}",
            "{\"name\":[\"^n1$\"]}",
            "{\"name\":{\"n2\":true}}",
            "{\"driver\":[\"bridge\"]}",
            "{\"driver\":[\"null\"]}",
            "{\"scope\":[\"local\"]}",
            "{\"scope\":[\"swarm\"]}",
            "{\"label\":[\"a\"]}",
            "{\"label\":[\"a=1\"]}",
            "{\"label\":[\"a\",\"b\"]}",
            "{\"type\":[\"custom\"]}",
            "{\"type\":[\"builtin\"]}",
            "{\"type\":[\"x\"]}",
            "{\"dangling\":[\"true\"]}",
            "{\"dangling\":[\"0\"]}",
            "{\"dangling\":[\"x\"]}",
            "{\"dangling\":[\"true\",\"false\"]}",
            "{\"id\":[\"<shortnet:n1>\"]}",
            "{\"nope\":[\"x\"]}",
            "{\"name\":\"x\"}",
            "[\"x\"]",
            "x");
    return Step.of(
        "network list",
        "GET",
        dice.one("/networks", "/networks", "/networks/")
            + (filter.isEmpty() ? "" : "?filters=" + Dice.encode(filter)));
  }

  Step connect(Model model) {
    var network = reference(model);
    var container = dice.reference(model.containers().keySet());
    var config =
        dice.one(
            "",
            "",
            "",
            ",\"EndpointConfig\":null",
            ",\"EndpointConfig\":{}",
            ",\"EndpointConfig\":{\"Aliases\":[\"web\",\"db\"]}",
            ",\"EndpointConfig\":{\"IPAMConfig\":{}}",
            ",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"10.100.1.77\"}}",
            ",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"x\"}}",
            ",\"EndpointConfig\":{\"Links\":[\"c1:other\"]}");
    return Step.of("network connect", "POST", "/networks/" + network + "/connect")
        .json("{\"Container\":\"" + container + "\"" + config + "}");
  }

  Step connectWrong(Model model) {
    return Step.of(
            "network connect wrong",
            "POST",
            "/networks/" + reference(model) + "/" + dice.one("connect", "disconnect"))
        .json(
            dice.one(
                "{}",
                "{\"Container\":\"\"}",
                "{\"Container\":1}",
                "{\"Container\":null}",
                "null",
                "[]",
                "{"));
  }

  Step disconnect(Model model) {
    var network = reference(model);
    var container = dice.reference(model.containers().keySet());
    return Step.of("network disconnect", "POST", "/networks/" + network + "/disconnect")
        .json(
            "{\"Container\":\""
                + container
                + "\""
                + dice.one("", "", ",\"Force\":false", ",\"Force\":true")
                + "}");
  }

  Step remove(Model model) {
    if (dice.percent(10)) {
      return Step.of("network remove", "DELETE", "/networks/" + dice.one("bridge", "host", "none"));
    }
    var name = dice.some(model.networks());
    var reference = dice.one(name, "<net:" + name + ">", "<shortnet:" + name + ">");
    return Step.of("network remove", "DELETE", "/networks/" + reference)
        .then(m -> m.withoutNetwork(name));
  }

  Step prune(Model model) {
    var filter =
        dice.one(
            "{\"label\":[\"a=1\"]}",
            "{\"label!\":[\"a\"]}",
            "{\"until\":[\"1h\"]}",
            "{\"until\":[\"x\"]}",
            "{\"until\":[\"1h\",\"2h\"]}",
            "{\"nope\":[\"x\"]}",
            "{\"label\":[\"nope\"]}");
    return Step.of("network prune", "POST", "/networks/prune?filters=" + Dice.encode(filter));
  }
}
