package vch.app.compat.differential;

import static vch.app.compat.differential.Model.State.CREATED;
import static vch.app.compat.differential.Model.State.EXITED;
import static vch.app.compat.differential.Model.State.RUNNING;

/// What is done inside containers: further programs, and their files.
final class InsideSteps {
  private static final String AT = "/containers/";

  private final Dice dice;

  InsideSteps(Dice dice) {
    this.dice = dice;
  }

  private String some(Model model, Model.State... states) {
    return dice.percent(10) ? dice.some(model.containers().keySet()) : dice.some(model.in(states));
  }

  Step execCreate(Model model) {
    var name = some(model, RUNNING);
    var place = "e" + (1 + dice.below(3));
    var body =
        dice.one(
            "{\"Cmd\":[\"echo\",\"hi\"],\"AttachStdout\":true,\"AttachStderr\":true}",
            "{\"Cmd\":[\"sh\",\"-c\",\"echo a; echo b >&2; exit 5\"],\"AttachStdout\":true,\"AttachStderr\":true}",
            "{\"Cmd\":[\"true\"]}",
            "{\"Cmd\":[\"id\",\"-u\"],\"User\":\"33\",\"AttachStdout\":true}",
            "{\"Cmd\":[\"pwd\"],\"WorkingDir\":\"/bin\",\"AttachStdout\":true}",
            "{\"Cmd\":[\"sh\",\"-c\",\"echo $A\"],\"Env\":[\"A=x\"],\"AttachStdout\":true}",
            "{\"Cmd\":[\"nosuchprogram\"],\"AttachStdout\":true,\"AttachStderr\":true}",
            "{\"Cmd\":[\"true\"],\"User\":\"nosuchuser\",\"AttachStderr\":true}",
            "{\"Cmd\":[\"echo\",\"t\"],\"Tty\":true,\"AttachStdout\":true}",
            "{\"Cmd\":\"true\"}",
            "{\"Cmd\":[]}",
            "{}",
            "{\"Cmd\":1}",
            "{\"Cmd\":[\"true\"],\"DetachKeys\":\"nope\"}",
            "");
    return Step.of("exec create", "POST", AT + name + "/exec")
        .json(body)
        .binding("exec:" + place)
        .then(m -> m.exec(place, name));
  }

  Step execStart(Model model) {
    var place = dice.some(model.execs().keySet());
    var step = Step.of("exec start", "POST", "/exec/<exec:" + place + ">/start");
    return switch (dice.below(4)) {
      case 0 -> step.json("{\"Detach\":true}");
      case 1 -> step.json("{\"Detach\":true,\"Tty\":true}");
      default -> step.json("{\"Detach\":false,\"Tty\":false}").streaming();
    };
  }

  Step execInspect(Model model) {
    return Step.of(
        "exec inspect", "GET", "/exec/<exec:" + dice.some(model.execs().keySet()) + ">/json");
  }

  Step execResize(Model model) {
    return Step.of(
        "exec resize",
        "POST",
        "/exec/<exec:nosuch>/resize?" + dice.one("h=20&w=80", "h=x&w=1", "w=80", ""));
  }

  Step archiveGet(Model model) {
    return archive(model, dice.one("GET", "HEAD"));
  }

  private Step archive(Model model, String method) {
    return Step.of(
        "archive " + method.toLowerCase(java.util.Locale.ROOT),
        method,
        AT
            + some(model, RUNNING, EXITED, CREATED)
            + "/archive"
            + dice.one(
                "?path=/etc/passwd",
                "?path=/etc",
                "?path=/etc/",
                "?path=/etc/.",
                "?path=/bin/sh",
                "?path=/nosuch",
                "?path=/etc/passwd/",
                "?path=/etc/passwd/x",
                "?path=etc/passwd",
                "?path=",
                "",
                "?path=/tmp",
                "?path=/bin/ls/"));
  }

  Step archivePut(Model model) {
    var step =
        Step.of(
            "archive put",
            "PUT",
            AT
                + some(model, RUNNING, EXITED, CREATED)
                + "/archive"
                + dice.one(
                    "?path=/tmp",
                    "?path=/tmp",
                    "?path=/tmp&noOverwriteDirNonDir=1",
                    "?path=/etc/passwd",
                    "?path=/nosuch",
                    "?path=",
                    "",
                    "?path=/tmp&copyUIDGID=1"));
    return switch (dice.below(5)) {
      case 0 -> step.body("application/x-tar", new byte[] {1, 2, 3});
      case 1 -> step.body("application/x-tar", new byte[0]);
      default -> step.body("application/x-tar", Bodies.archive("put.txt", "hello\n"));
    };
  }

  Step export(Model model) {
    return Step.of("container export", "GET", AT + dice.one("nosuch", "nosuch2") + "/export");
  }
}
