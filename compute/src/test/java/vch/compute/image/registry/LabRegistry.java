package vch.compute.image.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import vch.compute.image.Digest;
import vch.compute.image.Tars;

/// Debian's docker-registry on a loopback port, filled by skopeo. It runs until closed.
final class LabRegistry implements AutoCloseable {
  static final String USER = "alice";
  static final String PASSWORD = "open sesame";

  private final Path directory;
  private final int port;
  private final boolean tls;
  private final boolean auth;
  private final Process process;

  LabRegistry(Path directory, boolean tls, boolean auth) throws Exception {
    this(directory, tls, auth, false);
  }

  /// @param clients asks for certificates of its own authority
  LabRegistry(Path directory, boolean tls, boolean auth, boolean clients) throws Exception {
    this.directory = Files.createDirectories(directory);
    this.tls = tls;
    this.auth = auth;
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = probe.getLocalPort();
    }
    var config =
        new StringBuilder(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: "
                + directory.resolve("data")
                + "\nhttp:\n  addr: 127.0.0.1:"
                + port
                + "\n");
    if (tls) {
      certificates();
      config
          .append("  tls:\n    certificate: ")
          .append(directory.resolve("server.crt"))
          .append("\n    key: ")
          .append(directory.resolve("server.key"))
          .append('\n');
      if (clients) {
        config.append("    clientcas:\n      - ").append(authority()).append('\n');
      }
    }
    if (auth) {
      Files.writeString(
          directory.resolve("htpasswd"), run(List.of("htpasswd", "-Bbn", USER, PASSWORD)));
      config
          .append("auth:\n  htpasswd:\n    realm: lab\n    path: ")
          .append(directory.resolve("htpasswd"))
          .append('\n');
    }
    Files.writeString(directory.resolve("config.yml"), config);
    process =
        new ProcessBuilder("docker-registry", "serve", directory.resolve("config.yml").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    for (int i = 0; !listens(); i++) {
      if (i > 200 || !process.isAlive()) {
        throw new IOException(
            "docker-registry does not start: " + Files.readString(directory.resolve("log")));
      }
      process.waitFor(Duration.ofMillis(50));
    }
  }

  private boolean listens() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /// An authority, and a certificate for 127.0.0.1.
  private void certificates() throws Exception {
    var d = directory.toString();
    run(
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=lab ca",
            "-keyout",
            d + "/ca.key",
            "-out",
            d + "/ca.crt"));
    run(
        List.of(
            "openssl",
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=lab",
            "-keyout",
            d + "/server.key",
            "-out",
            d + "/server.csr"));
    Files.writeString(directory.resolve("ext"), "subjectAltName=IP:127.0.0.1\n");
    run(
        List.of(
            "openssl",
            "x509",
            "-req",
            "-in",
            d + "/server.csr",
            "-CA",
            d + "/ca.crt",
            "-CAkey",
            d + "/ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            d + "/ext",
            "-out",
            d + "/server.crt"));
  }

  /// Has a certificate for a client made.
  ///
  /// @param key a file with its key
  void client(Path key, Path certificate) throws Exception {
    var request = directory.resolve("client.csr").toString();
    run(
        List.of(
            "openssl",
            "req",
            "-new",
            "-subj",
            "/CN=client",
            "-key",
            key.toString(),
            "-out",
            request));
    run(
        List.of(
            "openssl",
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            authority().toString(),
            "-CAkey",
            directory.resolve("ca.key").toString(),
            "-CAcreateserial",
            "-days",
            "2",
            "-out",
            certificate.toString()));
  }

  Path authority() {
    return directory.resolve("ca.crt");
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  static String run(List<String> command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(command + " failed: " + said);
    }
    return said;
  }

  /// A layer and how it is compressed.
  @SuppressWarnings("ArrayRecordComponent")
  record LayerFile(byte[] tar, byte[] blob, String mediaType) {
    static LayerFile gzip(byte[] tar) {
      return new LayerFile(tar, Tars.gzip(tar), "application/vnd.oci.image.layer.v1.tar+gzip");
    }

    static LayerFile zstd(byte[] tar) {
      return new LayerFile(tar, Tars.zstd(tar), "application/vnd.oci.image.layer.v1.tar+zstd");
    }

    static LayerFile plain(byte[] tar) {
      return new LayerFile(tar, tar, "application/vnd.oci.image.layer.v1.tar");
    }
  }

  /// Pushes an index with the same layers for two platforms.
  void pushIndex(String name, List<LayerFile> amd64, List<LayerFile> arm64) throws Exception {
    var layout = Files.createDirectories(directory.resolve("layout-" + name.replace(':', '-')));
    Files.createDirectories(layout.resolve("blobs/sha256"));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    var index =
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
            + manifest(layout, "amd64", amd64)
            + ","
            + manifest(layout, "arm64", arm64)
            + "]}";
    var digest = blob(layout, index.getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        layout.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\""
            + digest
            + "\",\"size\":"
            + index.length()
            + "}]}");
    copy("oci:" + layout, name, "--all");
  }

  private static String manifest(Path layout, String arch, List<LayerFile> layers)
      throws IOException {
    var ids = String.join(",", layers.stream().map(l -> "\"" + Digest.of(l.tar()) + "\"").toList());
    var config =
        ("{\"architecture\":\""
                + arch
                + "\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                + ids
                + "]}}")
            .getBytes(StandardCharsets.UTF_8);
    var list = new StringBuilder();
    for (var layer : layers) {
      list.append(list.isEmpty() ? "" : ",")
          .append("{\"mediaType\":\"")
          .append(layer.mediaType())
          .append("\",\"digest\":\"")
          .append(blob(layout, layer.blob()))
          .append("\",\"size\":")
          .append(layer.blob().length)
          .append('}');
    }
    var manifest =
        ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":"
                + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                + blob(layout, config)
                + "\",\"size\":"
                + config.length
                + "},\"layers\":["
                + list
                + "]}")
            .getBytes(StandardCharsets.UTF_8);
    return "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\""
        + blob(layout, manifest)
        + "\",\"size\":"
        + manifest.length
        + ",\"platform\":{\"os\":\"linux\",\"architecture\":\""
        + arch
        + "\"}}";
  }

  private static Digest blob(Path layout, byte[] content) throws IOException {
    var digest = Digest.of(content);
    Files.write(layout.resolve("blobs/sha256").resolve(digest.hex()), content);
    return digest;
  }

  /// Pushes with skopeo.
  void copy(String source, String name, String... options) throws Exception {
    var command = new java.util.ArrayList<>(List.of("skopeo", "copy", "--dest-tls-verify=false"));
    if (auth) {
      command.addAll(List.of("--dest-creds", USER + ":" + PASSWORD));
    }
    command.addAll(Arrays.asList(options));
    command.addAll(List.of(source, "docker://" + host() + "/" + name));
    run(command);
  }

  boolean tls() {
    return tls;
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
