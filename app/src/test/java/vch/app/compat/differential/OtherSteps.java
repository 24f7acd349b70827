package vch.app.compat.differential;

import java.util.List;

/// Images, volumes, the whole, and what is no call at all.
final class OtherSteps {
  private final Dice dice;

  OtherSteps(Dice dice) {
    this.dice = dice;
  }

  private String image(Model model) {
    return dice.percent(60) || model.tags().isEmpty()
        ? dice.one("busybox", "busybox:latest", "busybox", "nosuch", "nosuch:1", "UPPER")
        : dice.one(model.tags());
  }

  Step imageList(Model model) {
    var filter =
        dice.one(
            "",
            "{}",
            "{\"reference\":[\"busy*\"]}",
            "{\"reference\":[\"nosuch\"]}",
            "{\"dangling\":[\"true\"]}",
            "{\"dangling\":[\"false\"]}",
            "{\"dangling\":[\"x\"]}",
            "{\"label\":[\"x\"]}",
            "{\"before\":[\"busybox\"]}",
            "{\"since\":[\"nosuch\"]}",
            "{\"nope\":[\"x\"]}");
    return Step.of(
        "image list",
        "GET",
        "/images/json"
            + dice.one("?all=0", "?all=1", "?digests=1", "?shared-size=1")
            + (filter.isEmpty() ? "" : "&filters=" + Dice.encode(filter)));
  }

  Step imageInspect(Model model) {
    return Step.of("image inspect", "GET", "/images/" + image(model) + "/json");
  }

  Step imageHistory(Model model) {
    return Step.of("image history", "GET", "/images/" + image(model) + "/history");
  }

  Step tag(Model model) {
    var repo = dice.one("t1", "t2", "reg.test:5000/a/b", "UPPER", "", "bad//name");
    var tag = dice.one("", "x", "latest", "bad tag");
    var whole = repo + (tag.isEmpty() ? ":latest" : ":" + tag);
    return Step.of(
            "image tag",
            "POST",
            "/images/"
                + image(model)
                + "/tag?repo="
                + Dice.encode(repo)
                + "&tag="
                + Dice.encode(tag))
        .then(m -> m.tag(whole));
  }

  Step imageRemove(Model model) {
    if (model.tags().isEmpty() || dice.percent(15)) {
      return Step.of(
          "image remove", "DELETE", "/images/" + dice.one("nosuch", "nosuch:x", "UPPER"));
    }
    var tag = dice.one(model.tags());
    return Step.of(
            "image remove", "DELETE", "/images/" + tag + dice.one("", "?force=1", "?noprune=1"))
        .then(m -> m.withoutTag(tag));
  }

  Step imagePrune(Model model) {
    return Step.of(
        "image prune",
        "POST",
        "/images/prune?filters="
            + Dice.encode(
                dice.one(
                    "{\"dangling\":[\"true\"]}",
                    "{\"dangling\":[\"x\"]}",
                    "{\"until\":[\"x\"]}",
                    "{\"nope\":[\"x\"]}",
                    "{\"label\":[\"nope\"]}")));
  }

  Step volumeCreate(Model model) {
    var name = dice.one("v1", "v2", "v3", "v4");
    var more =
        dice.one(
            "",
            ",\"Driver\":\"local\"",
            ",\"Labels\":{\"a\":\"1\"}",
            ",\"Labels\":{}",
            ",\"Labels\":null,\"DriverOpts\":{}",
            ",\"DriverOpts\":null");
    return Step.of("volume create", "POST", "/volumes/create")
        .json("{\"Name\":\"" + name + "\"" + more + "}")
        .then(m -> m.volume(name));
  }

  Step volumeCreateWrong(Model model) {
    return Step.of("volume create wrong", "POST", "/volumes/create")
        .json(
            dice.one(
                "{\"Name\":\"-\"}",
                "{\"Name\":\"a b\"}",
                "{\"Name\":\"/x\"}",
                "{\"Name\":\"x\",\"DriverOpts\":{\"nope\":\"1\"}}",
                "{\"Name\":1}",
                "[]",
                "null",
                "{"));
  }

  Step volumeInspect(Model model) {
    return Step.of("volume inspect", "GET", "/volumes/" + dice.some(model.volumes()));
  }

  Step volumeList(Model model) {
    var filter =
        dice.one(
            "",
            "{\"name\":[\"v\"]}",
            "{\"label\":[\"a\"]}",
            "{\"driver\":[\"local\"]}",
            "{\"dangling\":[\"true\"]}",
            "{\"dangling\":[\"x\"]}",
            "{\"nope\":[\"x\"]}");
    return Step.of(
        "volume list",
        "GET",
        "/volumes" + (filter.isEmpty() ? "" : "?filters=" + Dice.encode(filter)));
  }

  Step volumeRemove(Model model) {
    var name = dice.some(model.volumes());
    return Step.of("volume remove", "DELETE", "/volumes/" + name + dice.one("", "", "?force=1"))
        .then(m -> m.withoutVolume(name));
  }

  Step volumePrune(Model model) {
    return Step.of(
        "volume prune",
        "POST",
        "/volumes/prune?filters="
            + Dice.encode(
                dice.one("{\"label\":[\"nope\"]}", "{\"label\":[\"a=1\"]}", "{\"nope\":[\"x\"]}")));
  }

  Step system(Model model) {
    return dice.one(
        Step.of("system version", "GET", "/version"),
        Step.of("system info", "GET", "/info"),
        Step.of("system df", "GET", "/system/df"),
        Step.of("system events", "GET", "/events?until=x"),
        Step.of("system events", "GET", "/events?since=1&until=2"),
        Step.of("system events", "GET", "/events?until=2&filters=x"),
        Step.of(
            "system events",
            "GET",
            "/events?until=2&filters=" + Dice.encode("{\"nope\":[\"x\"]}")));
  }

  Step ping(Model model) {
    return Step.of("ping", dice.one("GET", "HEAD"), "/_ping");
  }

  /// Calls that no route takes, or none should.
  Step stray(Model model) {
    return dice.one(
        List.of(
            Step.of("stray", "GET", "/nosuch"),
            Step.of("stray", "GET", "/"),
            Step.of("stray", "POST", "/containers/json"),
            Step.of("stray", "DELETE", "/networks"),
            Step.of("stray", "PUT", "/networks/n1"),
            Step.of("stray", "GET", "/containers/create"),
            Step.of("stray", "GET", "/containers/"),
            Step.of("stray", "GET", "/containers/json/"),
            Step.of("stray", "GET", "/containers/nosuch"),
            Step.of("stray", "GET", "/images/"),
            Step.of("stray", "GET", "/volumes/"),
            Step.of("stray", "PATCH", "/containers/json"),
            Step.of("stray", "OPTIONS", "/containers/json"),
            Step.of("stray", "HEAD", "/containers/json"),
            Step.of("stray", "HEAD", "/info"),
            Step.of("stray", "GET", "//containers/json"),
            Step.of("stray", "GET", "/containers/../networks"),
            Step.of("stray", "POST", "/networks/create")
                .body("text/plain", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Step.of("stray", "POST", "/networks/create")
                .body("", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Step.of("stray", "POST", "/networks/create")
                .body("nonsense", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Step.of("stray", "POST", "/networks/create")
                .body(
                    "application/json; charset=utf-8",
                    "{\"Name\":\"\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Step.of("stray", "POST", "/networks/create").json("{\"Name\":\"x\"} trailing"),
            Step.of("stray", "POST", "/networks/create").json("{\"Name\":"),
            Step.of("stray", "POST", "/networks/create").json("nonsense"),
            Step.of("stray", "POST", "/networks/create").json(" "),
            Step.of("stray", "POST", "/networks/create"),
            Step.of("stray", "POST", "/volumes/create"),
            Step.of("stray", "POST", "/exec/nosuch/start"),
            Step.of("stray", "GET", "/exec/nosuch/json"),
            Step.of("stray", "GET", "/swarm"),
            Step.of("stray", "GET", "/services"),
            Step.of("stray", "GET", "/nodes"),
            Step.of("stray", "GET", "/tasks"),
            Step.of("stray", "GET", "/secrets"),
            Step.of("stray", "GET", "/configs"),
            Step.of("stray", "POST", "/swarm/leave"),
            Step.of("stray", "GET", "/plugins"),
            Step.of("stray", "GET", "/plugins/nosuch/json")));
  }

  Step oddVersion(Model model) {
    return Step.of(
            "odd version",
            "GET",
            dice.one("/containers/json", "/_ping", "/exec/nosuch/json", "/nosuch"))
        .version(dice.one("v1.0", "v1.11", "v0.9", "v1.99", "v2.0", "vx", "v1", "v1.41.0"));
  }
}
