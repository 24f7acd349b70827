package vch.app.compat.differential;

import static vch.app.compat.differential.Model.State.CREATED;
import static vch.app.compat.differential.Model.State.EXITED;
import static vch.app.compat.differential.Model.State.PAUSED;
import static vch.app.compat.differential.Model.State.RUNNING;

import java.util.ArrayList;

/// The lives of containers, and what is asked about them.
final class ContainerSteps {
  private static final String AT = "/containers/";

  private final Dice dice;

  ContainerSteps(Dice dice) {
    this.dice = dice;
  }

  private String any(Model model) {
    return dice.some(model.containers().keySet());
  }

  /// One in a state that the call is meant for, now and then any.
  private String fit(Model model, Model.State... states) {
    var fit = model.in(states);
    return fit.isEmpty() || dice.percent(12) ? any(model) : dice.one(fit);
  }

  private String reference(String name) {
    return switch (dice.below(8)) {
      case 0 -> "<id:" + name + ">";
      case 1 -> "<short:" + name + ">";
      default -> name;
    };
  }

  private static Step settled(Step step, Model model, String name) {
    var box = model.containers().get(name);
    return box != null && !box.lasts() ? step.settling(name) : step;
  }

  Step start(Model model) {
    var name = fit(model, CREATED, CREATED, EXITED);
    var step =
        Step.of("container start", "POST", AT + reference(name) + "/start")
            .then(m -> m.started(name));
    return settled(dice.percent(4) ? step.json("{\"Binds\":[\"/tmp:/tmp\"]}") : step, model, name);
  }

  Step stop(Model model) {
    var name = fit(model, RUNNING, PAUSED);
    var box = model.containers().get(name);
    boolean byTerm = box != null && box.end() == Model.End.BY_TERM;
    var query =
        byTerm // how long it takes is its own affair
            ? "?t=9"
            : dice.one("?t=0", "?t=0", "?t=1", "?t=x", "?t=0&signal=SIGINT");
    return Step.of("container stop", "POST", AT + reference(name) + "/stop" + query)
        .settling(name)
        .then(m -> m.change(name, b -> b.state() == CREATED ? b : b.state(EXITED)));
  }

  Step restart(Model model) {
    var name = fit(model, RUNNING, EXITED, CREATED);
    var box = model.containers().get(name);
    boolean byTerm = box != null && box.end() == Model.End.BY_TERM;
    var query = byTerm ? "?t=9" : dice.one("?t=0", "?t=0", "?t=x");
    return settled(
        Step.of("container restart", "POST", AT + reference(name) + "/restart" + query)
            .then(m -> m.started(name)),
        model,
        name);
  }

  Step kill(Model model) {
    var name = fit(model, RUNNING);
    var signal = dice.one("", "?signal=KILL", "?signal=SIGKILL", "?signal=9", "?signal=");
    if (dice.percent(40)) {
      var other = dice.one("SIGNOPE", "0", "99", "x", "-1", "CONT", "SIGCONT", "sigwinch");
      return Step.of("container kill", "POST", AT + reference(name) + "/kill?signal=" + other);
    }
    return Step.of("container kill", "POST", AT + reference(name) + "/kill" + signal)
        .settling(name)
        .then(m -> m.change(name, b -> b.state(EXITED)));
  }

  Step pause(Model model) {
    var name = fit(model, RUNNING);
    return Step.of("container pause", "POST", AT + reference(name) + "/pause")
        .then(m -> m.change(name, b -> b.state(PAUSED)));
  }

  Step unpause(Model model) {
    var name = fit(model, PAUSED);
    return Step.of("container unpause", "POST", AT + reference(name) + "/unpause")
        .then(m -> m.change(name, b -> b.state(RUNNING)));
  }

  Step rename(Model model) {
    var name = any(model);
    var to = dice.one("r1", "r2", "c1", "c2", name, "/" + name);
    if (dice.percent(15)) {
      return Step.of(
          "container rename",
          "POST",
          AT
              + name
              + "/rename"
              + dice.one("", "?name=", "?name=-", "?name=a%20b", "?name=/", "?name=a/b"));
    }
    return Step.of("container rename", "POST", AT + name + "/rename?name=" + to)
        .then(m -> m.renamed(name, to.replace("/", "")));
  }

  Step await(Model model) {
    var name = dice.some(model.in(EXITED));
    return Step.of(
        "container wait",
        "POST",
        AT
            + reference(name)
            + "/wait"
            + dice.one("", "", "?condition=not-running", "?condition=", "?condition=nope"));
  }

  Step inspect(Model model) {
    return Step.of(
        "container inspect",
        "GET",
        AT + reference(any(model)) + "/json" + dice.one("", "", "", "?size=0", "?size=true"));
  }

  Step list(Model model) {
    var filter =
        dice.one(
            "",
            "{}",
            "{\"name\":[\"c1\"]}",
            "{\"name\":[\"^/c2$\"]}",
            "{\"name\":{\"c\":true}}",
            "{\"id\":[\"<short:c1>\"]}",
            "{\"status\":[\"running\"]}",
            "{\"status\":[\"exited\",\"created\"]}",
            "{\"status\":[\"paused\"]}",
            "{\"status\":[\"nope\"]}",
            "{\"exited\":[\"3\"]}",
            "{\"exited\":[\"x\"]}",
            "{\"label\":[\"app\"]}",
            "{\"label\":[\"app=x\",\"n=1\"]}",
            "{\"ancestor\":[\"busybox\"]}",
            "{\"ancestor\":[\"nosuch\"]}",
            "{\"before\":[\"c2\"]}",
            "{\"since\":[\"c1\"]}",
            "{\"since\":[\"nosuch\"]}",
            "{\"network\":[\"n1\"]}",
            "{\"network\":[\"bridge\",\"none\"]}",
            "{\"volume\":[\"v1\"]}",
            "{\"volume\":[\"/data\"]}",
            "{\"publish\":[\"80\"]}",
            "{\"publish\":[\"18080/tcp\"]}",
            "{\"expose\":[\"53/udp\"]}",
            "{\"expose\":[\"80-90/tcp\"]}",
            "{\"expose\":[\"x\"]}",
            "{\"health\":[\"none\"]}",
            "{\"health\":[\"nope\"]}",
            "{\"isolation\":[\"default\"]}",
            "{\"is-task\":[\"false\"]}",
            "{\"is-task\":[\"x\"]}",
            "{\"nope\":[\"x\"]}",
            "{\"name\":\"x\"}",
            "x");
    var query = new ArrayList<String>();
    query.add(dice.one("all=1", "all=true", "all=0", "all="));
    if (dice.percent(15)) {
      query.add(dice.one("limit=1", "limit=0", "limit=-1", "limit=x", "size=1"));
    }
    if (!filter.isEmpty()) {
      query.add("filters=" + Dice.encode(filter));
    }
    return Step.of("container list", "GET", "/containers/json?" + String.join("&", query));
  }

  Step logs(Model model) {
    return Step.of(
        "container logs",
        "GET",
        AT
            + reference(fit(model, EXITED, RUNNING, CREATED))
            + "/logs?"
            + dice.one(
                "stdout=1&stderr=1",
                "stdout=1&stderr=1&timestamps=1",
                "stdout=1",
                "stderr=1",
                "stdout=1&tail=1",
                "stdout=1&stderr=1&tail=all",
                "stdout=1&tail=x",
                "stdout=1&tail=0",
                "stdout=1&since=x",
                "stdout=1&since=1",
                "stdout=1&until=1",
                "stdout=1&details=1",
                ""));
  }

  Step top(Model model) {
    return Step.of(
        "container top",
        "GET",
        AT
            + reference(fit(model, RUNNING))
            + "/top"
            + dice.one(
                "?ps_args=-o%20pid,comm",
                "?ps_args=-o%20comm",
                "?ps_args=-eo%20pid,args",
                "?ps_args=-C%20none",
                "?ps_args=nope"));
  }

  Step changes(Model model) {
    return Step.of("container changes", "GET", AT + reference(any(model)) + "/changes");
  }

  Step stats(Model model) {
    return Step.of(
        "container stats",
        "GET",
        AT + reference(fit(model, CREATED, EXITED)) + "/stats?stream=0&one-shot=1");
  }

  Step update(Model model) {
    var body =
        dice.one(
            "{\"CpuShares\":700}",
            "{\"Memory\":134217728,\"MemorySwap\":268435456}",
            "{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}}",
            "{\"RestartPolicy\":{\"Name\":\"nope\"}}",
            "{\"PidsLimit\":50}",
            "{}",
            "{\"Memory\":1}",
            "{\"CpuQuota\":-5}",
            "{\"CpuPeriod\":1}",
            "{\"NanoCpus\":1000000000}",
            "{\"CpusetCpus\":\"77\"}",
            "{\"Memory\":\"x\"}",
            "null",
            "");
    return Step.of("container update", "POST", AT + reference(any(model)) + "/update").json(body);
  }

  Step remove(Model model) {
    var name = any(model);
    return Step.of(
            "container remove",
            "DELETE",
            AT
                + reference(name)
                + dice.one("", "", "?force=1", "?v=1", "?force=true&v=true", "?link=1"))
        .then(m -> m.without(name));
  }

  Step prune(Model model) {
    var filter =
        dice.one(
            "{\"label\":[\"app=x\"]}",
            "{\"label\":[\"nope\"]}",
            "{\"until\":[\"1h\"]}",
            "{\"until\":[\"x\"]}",
            "{\"until\":[\"1h\",\"2h\"]}",
            "{\"nope\":[\"x\"]}");
    return Step.of("container prune", "POST", "/containers/prune?filters=" + Dice.encode(filter));
  }

  Step attachWrong(Model model) {
    var name = dice.one("nosuch", fit(model, PAUSED), fit(model, EXITED));
    var paused = model.in(PAUSED).contains(name);
    return Step.of(
            "container attach",
            "POST",
            AT
                + name
                + "/attach"
                + (paused || name.equals("nosuch")
                    ? dice.one("?stream=1&stdout=1", "")
                    : "?logs=1&stdout=1&stderr=1"))
        .streaming();
  }

  Step resize(Model model) {
    return Step.of(
        "container resize",
        "POST",
        AT
            + reference(fit(model, RUNNING))
            + "/resize?"
            + dice.one("h=20&w=80", "h=20", "h=x&w=1", "w=80", "h=-1&w=5", "h=0&w=0", ""));
  }
}
