package vch.build.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import vch.engine.compute.Images.Config;

/// Defaults for containers while instructions change them. For one thread.
public final class RunConfig {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  public List<String> entrypoint;
  public List<String> cmd;
  public List<String> env;
  public String workingDir;
  public String user;
  public Map<String, String> labels;
  public TreeSet<String> exposedPorts;
  public TreeSet<String> volumes;
  public String stopSignal;
  public Optional<String> healthcheck;
  public List<String> shell;
  public List<String> onBuild;

  public RunConfig(Config from) {
    entrypoint = from.entrypoint();
    cmd = from.cmd();
    env = new ArrayList<>(from.env());
    workingDir = from.workingDir();
    user = from.user();
    labels = new LinkedHashMap<>(from.labels());
    exposedPorts = new TreeSet<>(from.exposedPorts());
    volumes = new TreeSet<>(from.volumes());
    stopSignal = from.stopSignal();
    healthcheck = from.healthcheckJson();
    shell = from.shell();
    onBuild = new ArrayList<>(from.onBuild());
  }

  void defaultPath() {
    if (env.stream().noneMatch(e -> e.startsWith("PATH="))) {
      env.add(PATH);
    }
  }

  /// Sets a variable; one that is there keeps its place.
  public void variable(String name, String value) {
    for (int i = 0; i < env.size(); i++) {
      if (name(env.get(i)).equals(name)) {
        env.set(i, name + "=" + value);
        return;
      }
    }
    env.add(name + "=" + value);
  }

  static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  /// Variables by name.
  public Map<String, String> variables() {
    var out = new LinkedHashMap<String, String>();
    for (var entry : env) {
      int equals = entry.indexOf('=');
      out.put(name(entry), equals < 0 ? "" : entry.substring(equals + 1));
    }
    return out;
  }

  List<String> shellWords() {
    return shell.isEmpty() ? List.of("/bin/sh", "-c") : shell;
  }

  public Config config() {
    return config(entrypoint, cmd, env);
  }

  /// As it is, with another program.
  Config config(List<String> otherEntrypoint, List<String> otherCmd, List<String> otherEnv) {
    return new Config(
        List.copyOf(otherEntrypoint),
        List.copyOf(otherCmd),
        List.copyOf(otherEnv),
        workingDir,
        user,
        Map.copyOf(labels),
        List.copyOf(exposedPorts),
        List.copyOf(volumes),
        stopSignal,
        healthcheck,
        List.copyOf(shell),
        List.copyOf(onBuild));
  }
}
