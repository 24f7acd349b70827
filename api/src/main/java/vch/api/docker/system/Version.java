package vch.api.docker.system;

import java.io.IOException;
import vch.api.docker.ApiVersion;
import vch.api.docker.Call;
import vch.api.docker.DockerHost;
import vch.api.docker.Json;

/// GET /version
final class Version {
  private final DockerHost host;

  Version(DockerHost host) {
    this.host = host;
  }

  void run(Call call) throws IOException {
    var s = host.settings();
    var out = Json.object();
    if (call.since(35)) {
      out.putObject("Platform").put("Name", "Portlayer");
      var details = Json.object();
      details.put("ApiVersion", ApiVersion.MAX.toString());
      details.put("Arch", s.goArchitecture());
      details.put("BuildTime", s.buildTime());
      details.put("Experimental", "false");
      details.put("GitCommit", s.gitCommit());
      details.put("GoVersion", goVersion());
      details.put("KernelVersion", s.kernelVersion());
      details.put("MinAPIVersion", ApiVersion.MIN.toString());
      details.put("Os", "linux");
      var components = out.putArray("Components");
      components
          .addObject()
          .put("Name", "Engine")
          .put("Version", s.engineVersion())
          .set("Details", details);
      components
          .addObject()
          .put("Name", "Portlayer")
          .put("Version", s.version())
          .set("Details", Json.object().put("GitCommit", s.gitCommit()));
    }
    out.put("Version", s.engineVersion());
    out.put("ApiVersion", ApiVersion.MAX.toString());
    if (call.since(25)) {
      out.put("MinAPIVersion", ApiVersion.MIN.toString());
    }
    out.put("GitCommit", s.gitCommit());
    out.put("GoVersion", goVersion());
    out.put("Os", "linux");
    out.put("Arch", s.goArchitecture());
    out.put("KernelVersion", s.kernelVersion());
    out.put("BuildTime", s.buildTime());
    call.reply(200, out);
  }

  /// The language that the daemon is made of; clients print it under this name.
  private static String goVersion() {
    return "java" + Runtime.version().feature();
  }
}
