package vch.api.admin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.portlayer.rule.VchRules;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Nic;
import vch.portlayer.vch.Role;
import vch.portlayer.vch.Vch;

/// What `vch create` prints at the end: what VIC printed (its
/// `lib/install/management/appliance.go`), and the local socket. Every line that is a command can
/// be pasted into a shell.
final class Summary {
  private Summary() {}

  /// @param target where the user wanted the client's certificates
  static List<String> of(Image image, Vch vch, Hosting hosting, Optional<Path> target) {
    var lines = new ArrayList<String>();
    lines.add("VCH ID: " + vch.id());
    lines.add("VCH Default Bridge Network Range: " + vch.bridge().range());
    lines.add("VCH Default Bridge Network Width: " + vch.bridge().width());
    lines.addAll(VchRules.containerNetworks(image, vch.id()));
    lines.add("Published ports can be reached at: " + address(vch, Role.PUBLIC));
    lines.add(
        "Management traffic will use: "
            + address(vch, Role.MANAGEMENT)
            + (alone(vch, Role.MANAGEMENT)
                ? " (nothing is served on the management role yet)"
                : ""));
    var host = address(vch, Role.CLIENT) + ":" + vch.tls().port();
    var path = target.orElse(hosting.clientCertificates(vch));
    lines.add("Docker environment variables:");
    lines.add(
        switch (vch.tls()) {
          case VERIFY ->
              "DOCKER_TLS_VERIFY=1 "
                  + certificates(path)
                  + " DOCKER_HOST="
                  + host
                  + " COMPOSE_TLS_VERSION=TLSv1_2";
          case NO_VERIFY ->
              "DOCKER_TLS=1 "
                  + certificates(path)
                  + " DOCKER_HOST="
                  + host
                  + " COMPOSE_TLS_VERSION=TLSv1_2";
          case NONE -> "DOCKER_HOST=" + host;
        });
    var socket = "unix://" + hosting.dockerSocket(vch);
    lines.add("On this machine, as root:");
    lines.add(
        "docker context create "
            + vch.name().replaceAll("[^a-zA-Z0-9_.+-]", "_")
            + " --docker "
            + word("host=" + socket));
    lines.add("docker -H " + word(socket) + " info");
    lines.add("Connect to docker:");
    lines.add(
        "docker -H "
            + host
            + switch (vch.tls()) {
              case VERIFY ->
                  " --tlsverify"
                      + file(path, "ca", "cacert")
                      + file(path, "cert", "cert")
                      + file(path, "key", "key");
              case NO_VERIFY ->
                  " --tls" + file(path, "ca", "cacert"); // else it looks for one in ~/.docker
              case NONE -> "";
            }
            + " info");
    lines.add("Installer completed successfully");
    return lines;
  }

  private static boolean alone(Vch vch, Role role) {
    return vch.nic(role).map(Nic::roles).filter(roles -> roles.size() == 1).isPresent();
  }

  private static String certificates(Path path) {
    return "DOCKER_CERT_PATH=" + word(path.toString());
  }

  private static String file(Path path, String name, String option) {
    return " --tls" + option + "=" + word(path.resolve(name + ".pem").toString());
  }

  private static String address(Vch vch, Role role) {
    return vch.address(role).map(c -> c.address().toString()).orElse("");
  }

  /// The text as one word of a shell.
  static String word(String text) {
    return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
