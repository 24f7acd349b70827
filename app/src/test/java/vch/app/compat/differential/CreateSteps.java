package vch.app.compat.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The making of containers.
final class CreateSteps {
  private static final List<String> NAMES = List.of("c1", "c2", "c3", "c4", "c5");

  private final Dice dice;

  CreateSteps(Dice dice) {
    this.dice = dice;
  }

  private record Program(String command, Model.End end) {}

  private Program program() {
    return dice.one(
        new Program("[\"sleep\",\"1000\"]", Model.End.BY_KILL),
        new Program("[\"sleep\",\"1000\"]", Model.End.BY_KILL),
        new Program(
            "[\"sh\",\"-c\",\"trap 'echo bye; exit 7' TERM; echo hi; while :; do sleep 0.05; done\"]",
            Model.End.BY_TERM),
        new Program("[\"true\"]", Model.End.AT_ONCE),
        new Program("[\"sh\",\"-c\",\"echo out; exit 3\"]", Model.End.AT_ONCE),
        new Program("[\"sh\",\"-c\",\"echo a; sleep 0.1; echo err >&2\"]", Model.End.AT_ONCE),
        new Program("\"true\"", Model.End.AT_ONCE));
  }

  Step create(Model model) {
    var name = dice.one(NAMES);
    var program = program();
    boolean tty = dice.percent(10);
    var members = new ArrayList<String>();
    members.add("\"Image\":\"" + dice.one("busybox", "busybox", "busybox:latest") + "\"");
    members.add("\"Cmd\":" + program.command());
    if (tty) {
      members.add("\"Tty\":true");
    }
    members.addAll(some(this::configMember));
    var mode = mode(model);
    var host = new ArrayList<String>();
    if (!mode.isEmpty()) {
      host.add("\"NetworkMode\":\"" + mode + "\"");
    }
    host.addAll(some(this::hostMember));
    if (program.end() == Model.End.AT_ONCE) { // it would be started again and again
      host.removeIf(m -> m.contains("unless-stopped"));
    }
    if (!host.isEmpty() || dice.percent(50)) {
      members.add("\"HostConfig\":{" + String.join(",", host) + "}");
    }
    members.add(networking(mode));
    members.removeIf(String::isEmpty);
    return Step.of(
            "container create",
            "POST",
            "/containers/create" + "?name=" + dice.one(name, name, "/" + name))
        .json("{" + String.join(",", members) + "}")
        .binding("id:" + name)
        .then(m -> m.with(name, new Model.Box(Model.State.CREATED, program.end())));
  }

  /// Up to three members, none of a name twice.
  private List<String> some(Supplier<String> member) {
    var out = new TreeMap<String, String>();
    for (int i = dice.below(4); i > 0; i--) {
      var text = member.get();
      out.putIfAbsent(text.substring(0, text.indexOf(':')), text);
    }
    return List.copyOf(out.values());
  }

  private String configMember() {
    return dice.one(
        "\"Env\":[\"A=1\",\"B=\"]",
        "\"Env\":[\"A\"]",
        "\"Env\":[]",
        "\"Hostname\":\"box\"",
        "\"Domainname\":\"example.test\"",
        "\"User\":\"33:33\"",
        "\"WorkingDir\":\"/tmp\"",
        "\"Labels\":{\"app\":\"x\",\"n\":\"1\"}",
        "\"Labels\":{}",
        "\"ExposedPorts\":{\"80/tcp\":{}}",
        "\"ExposedPorts\":{\"53/udp\":{},\"80\":{}}",
        "\"StopSignal\":\"SIGINT\"",
        "\"StopTimeout\":1",
        "\"OpenStdin\":true",
        "\"AttachStdout\":true,\"AttachStderr\":true",
        "\"Entrypoint\":[]",
        "\"Entrypoint\":null",
        "\"Volumes\":{\"/data\":{}}",
        "\"NetworkDisabled\":false",
        "\"Healthcheck\":{\"Test\":[\"NONE\"]}",
        "\"OnBuild\":null");
  }

  private String hostMember() {
    return dice.one(
        "\"AutoRemove\":false",
        "\"RestartPolicy\":{\"Name\":\"no\"}",
        "\"RestartPolicy\":{\"Name\":\"unless-stopped\"}",
        "\"RestartPolicy\":{}",
        "\"Binds\":[\"v1:/vol\"]",
        "\"Binds\":[\"v2:/vol:ro\"]",
        "\"Binds\":[\"/srv:/host\"]",
        "\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"v3\",\"Target\":\"/m\"}]",
        "\"Mounts\":[{\"Type\":\"tmpfs\",\"Target\":\"/t\"}]",
        "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/srv\",\"Target\":\"/b\",\"ReadOnly\":true}]",
        "\"Tmpfs\":{\"/run\":\"size=1m\"}",
        "\"CapAdd\":[\"NET_ADMIN\"]",
        "\"CapDrop\":[\"ALL\"]",
        "\"Dns\":[\"10.0.0.53\"]",
        "\"DnsSearch\":[\"example.test\"]",
        "\"DnsOptions\":[\"ndots:2\"]",
        "\"ExtraHosts\":[\"other:10.0.0.9\"]",
        "\"GroupAdd\":[\"9\"]",
        "\"IpcMode\":\"private\"",
        "\"IpcMode\":\"none\"",
        "\"Init\":true",
        "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}",
        "\"LogConfig\":{\"Type\":\"none\"}",
        "\"Memory\":67108864",
        "\"Memory\":67108864,\"MemorySwap\":-1",
        "\"NanoCpus\":500000000",
        "\"CpuShares\":512",
        "\"PidsLimit\":100",
        "\"PidsLimit\":-1",
        "\"OomScoreAdj\":100",
        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"\"}]}",
        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"18080\"}]}",
        "\"PortBindings\":{\"80\":[{\"HostPort\":\"18081\"}]}",
        "\"PortBindings\":{\"80/tcp\":[]}",
        "\"PortBindings\":{\"80/udp\":null}",
        "\"PublishAllPorts\":true",
        "\"Privileged\":true",
        "\"ReadonlyRootfs\":true",
        "\"SecurityOpt\":[\"no-new-privileges\"]",
        "\"ShmSize\":8388608",
        "\"Sysctls\":{\"net.ipv4.ip_forward\":\"1\"}",
        "\"UTSMode\":\"\"",
        "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":100,\"Hard\":200}]",
        "\"ConsoleSize\":[40,100]",
        "\"Links\":[]",
        "\"Annotations\":{\"a\":\"b\"}");
  }

  private String mode(Model model) {
    if (!model.networks().isEmpty() && dice.percent(45)) {
      return dice.one(model.networks());
    }
    var others = model.containers().keySet();
    if (!others.isEmpty() && dice.percent(8)) {
      return "container:" + dice.reference(others);
    }
    return dice.one("", "", "default", "bridge", "none");
  }

  private String networking(String mode) {
    if (mode.isEmpty() || !mode.startsWith("n") || mode.equals("none")) {
      return dice.one(
          "",
          "",
          "",
          "\"NetworkingConfig\":{}",
          "\"NetworkingConfig\":null",
          "\"NetworkingConfig\":{\"EndpointsConfig\":{}}");
    }
    var settings =
        dice.one(
            "",
            "{}",
            "{\"Aliases\":[\"web\"]}",
            "{\"Aliases\":[\"web\",\"web\"],\"DriverOpts\":{}}",
            "{\"IPAMConfig\":{\"IPv4Address\":\"10.100.2.50\"}}",
            "{\"MacAddress\":\"02:42:0a:64:02:50\"}");
    return settings.isEmpty()
        ? ""
        : "\"NetworkingConfig\":{\"EndpointsConfig\":{\"" + mode + "\":" + settings + "}}";
  }

  /// Bodies that are wrong.
  Step wrong(Model model) {
    var image = "\"Image\":\"busybox\"";
    var host = "{" + image + ",\"HostConfig\":{%s}}";
    var body =
        dice.one(
            "",
            " ",
            "{}",
            "null",
            "[]",
            "{",
            "{\"Image\":\"\"}",
            "{\"Image\":\"nosuch\"}",
            "{\"Image\":\"nosuch:1\"}",
            "{\"Image\":\"UPPER\"}",
            "{\"Image\":\"busybox\",\"Cmd\":[],\"Entrypoint\":[\"\"]}",
            "{\"Image\":1}",
            "{" + image + ",\"Cmd\":1}",
            "{" + image + ",\"Env\":\"A=1\"}",
            "{" + image + ",\"Env\":[\"=1\"]}",
            "{" + image + ",\"Env\":[\"\"]}",
            "{" + image + ",\"ExposedPorts\":{\"x\":{}}}",
            "{" + image + ",\"ExposedPorts\":{\"70000/tcp\":{}}}",
            "{" + image + ",\"ExposedPorts\":{\"80/foo\":{}}}",
            "{" + image + ",\"WorkingDir\":\"relative\"}",
            "{" + image + ",\"StopSignal\":\"SIGNOPE\"}",
            "{" + image + ",\"StopTimeout\":-5}",
            "{" + image + ",\"Hostname\":\"bad_host!\"}",
            "{" + image + ",\"MacAddress\":\"x\"}",
            "{" + image + ",\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":1}}",
            "{" + image + ",\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Retries\":-1}}",
            "{" + image + ",\"Healthcheck\":{\"Test\":[\"FOO\"]}}",
            "{" + image + ",\"HostConfig\":1}",
            "{" + image + ",\"NetworkingConfig\":{\"EndpointsConfig\":{\"n1\":null}}}",
            "{" + image + ",\"NetworkingConfig\":{\"EndpointsConfig\":{\"n1\":{},\"n2\":{}}}}",
            "{"
                + image
                + ",\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"IPAMConfig\":{\"IPv4Address\":\"x\"}}}}}",
            host.formatted("\"NetworkMode\":\"container:\""),
            host.formatted("\"NetworkMode\":\"container:x\",\"Links\":[\"a:b\"]"),
            host.formatted("\"NetworkMode\":\"container:x\",\"Dns\":[\"10.0.0.1\"]"),
            host.formatted("\"NetworkMode\":\"container:x\",\"ExtraHosts\":[\"a:10.0.0.1\"]"),
            host.formatted("\"NetworkMode\":\"container:x\",\"PublishAllPorts\":true"),
            host.formatted(
                "\"NetworkMode\":\"container:x\",\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"1\"}]}"),
            "{" + image + ",\"Hostname\":\"h\",\"HostConfig\":{\"NetworkMode\":\"container:x\"}}",
            "{"
                + image
                + ",\"ExposedPorts\":{\"80/tcp\":{}},\"HostConfig\":{\"NetworkMode\":\"container:x\"}}",
            "{" + image + ",\"Hostname\":\"h\",\"HostConfig\":{\"UTSMode\":\"host\"}}",
            host.formatted("\"PortBindings\":{\"x/tcp\":[{}]}"),
            host.formatted("\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"x\"}]}"),
            host.formatted("\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"70000\"}]}"),
            host.formatted("\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"9-5\"}]}"),
            host.formatted("\"PortBindings\":{\"0/tcp\":[{}]}"),
            host.formatted("\"PortBindings\":{\"80/foo\":[{}]}"),
            host.formatted("\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"x\"}]}"),
            host.formatted("\"ExtraHosts\":[\"x\"]"),
            host.formatted("\"ExtraHosts\":[\"x:nope\"]"),
            host.formatted("\"Dns\":[\"nope\"]"),
            host.formatted("\"RestartPolicy\":{\"Name\":\"sometimes\"}"),
            host.formatted("\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":3}"),
            host.formatted("\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":-1}"),
            host.formatted("\"AutoRemove\":true,\"RestartPolicy\":{\"Name\":\"always\"}"),
            host.formatted("\"Binds\":[\"x\"]"),
            host.formatted("\"Binds\":[\"a:b\"]"),
            host.formatted("\"Binds\":[\"a:/b:nope\"]"),
            host.formatted("\"Binds\":[\"a:/\"]"),
            host.formatted("\"Binds\":[\"/tmp:/b\",\"/tmp:/b\"]"),
            host.formatted("\"Binds\":[\"?:/b\"]"),
            host.formatted("\"Binds\":[\"/no/such/place:/b:z:Z\"]"),
            host.formatted(
                "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/no/such\",\"Target\":\"/b\"}]"),
            host.formatted("\"Mounts\":[{\"Type\":\"bind\",\"Target\":\"/b\"}]"),
            host.formatted("\"Mounts\":[{\"Type\":\"volume\"}]"),
            host.formatted("\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"v\",\"Target\":\"b\"}]"),
            host.formatted("\"Mounts\":[{\"Type\":\"nope\",\"Target\":\"/b\"}]"),
            host.formatted("\"Mounts\":[{\"Type\":\"tmpfs\",\"Source\":\"x\",\"Target\":\"/b\"}]"),
            host.formatted("\"Tmpfs\":{\"/t\":\"nope\"}"),
            host.formatted("\"Tmpfs\":{\"t\":\"\"}"),
            host.formatted("\"CapAdd\":[\"NOPE\"]"),
            host.formatted("\"CapDrop\":[\"\"]"),
            host.formatted("\"IpcMode\":\"nope\""),
            host.formatted("\"IpcMode\":\"container:\""),
            host.formatted("\"PidMode\":\"nope\""),
            host.formatted("\"UTSMode\":\"nope\""),
            host.formatted("\"UsernsMode\":\"nope\""),
            host.formatted("\"CgroupnsMode\":\"nope\""),
            host.formatted("\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"nope\":\"1\"}}"),
            host.formatted(
                "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"x\"}}"),
            host.formatted("\"Memory\":100"),
            host.formatted("\"Memory\":-100"),
            host.formatted("\"Memory\":8388608,\"MemorySwap\":100"),
            host.formatted("\"MemorySwap\":8388608"),
            host.formatted("\"MemorySwappiness\":101"),
            host.formatted("\"MemoryReservation\":100"),
            host.formatted("\"Memory\":8388608,\"MemoryReservation\":18388608"),
            host.formatted("\"NanoCpus\":-1"),
            host.formatted("\"NanoCpus\":900000000000"),
            host.formatted("\"NanoCpus\":1000000000,\"CpuQuota\":50000"),
            host.formatted("\"CpuPeriod\":5"),
            host.formatted("\"CpuQuota\":5"),
            host.formatted("\"CpuShares\":-1"),
            host.formatted("\"CpusetCpus\":\"x\""),
            host.formatted("\"CpusetCpus\":\"99\""),
            host.formatted("\"CpusetMems\":\"9\""),
            host.formatted("\"BlkioWeight\":5"),
            host.formatted("\"OomScoreAdj\":2000"),
            host.formatted("\"ShmSize\":-1"),
            host.formatted("\"Runtime\":\"nope\""),
            host.formatted("\"SecurityOpt\":[\"nope\"]"),
            host.formatted("\"SecurityOpt\":[\"seccomp=nope\"]"),
            host.formatted("\"Sysctls\":{\"kernel.nope\":\"1\"}"),
            host.formatted("\"Ulimits\":[{\"Name\":\"nope\",\"Soft\":1,\"Hard\":2}]"),
            host.formatted("\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":5,\"Hard\":2}]"),
            host.formatted(
                "\"Devices\":[{\"PathOnHost\":\"/dev/nope\",\"PathInContainer\":\"/dev/x\",\"CgroupPermissions\":\"rwm\"}]"),
            host.formatted("\"VolumesFrom\":[\"nosuch\"]"),
            host.formatted("\"VolumesFrom\":[\"\"]"),
            host.formatted("\"Links\":[\"nosuch:a\"]"),
            host.formatted("\"Links\":[\":\"]"),
            host.formatted("\"NetworkMode\":\"none\",\"Links\":[\"c1:a\"]"),
            host.formatted("\"PidsLimit\":\"x\""),
            host.formatted("\"Isolation\":\"hyperv\""),
            host.formatted("\"GroupAdd\":[1]"),
            host.formatted("\"StorageOpt\":{\"size\":\"1G\"}"));
    return dice.percent(10)
        ? Step.of(
                "container create wrong",
                "POST",
                "/containers/create?name=" + dice.one("-", "a%20b", "x/y", "%2F", "."))
            .json("{" + image + "}")
        : Step.of("container create wrong", "POST", "/containers/create?name=w1").json(body);
  }
}
