package vch.compute.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static vch.compute.image.TestEngine.BLUE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vch.compute.image.Digest;
import vch.compute.image.Tars;
import vch.compute.image.TestEngine;
import vch.compute.image.VchImages;
import vch.compute.image.archive.Limits;
import vch.compute.image.archive.RootRights;
import vch.compute.image.registry.LabRegistry.LayerFile;
import vch.compute.image.store.ImageStore;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Images.Progress;
import vch.kernel.libc.Xattr;
import vch.portlayer.refusal.Refusal;

/// Pulls from Debian's docker-registry, layers mounted by the real overlayfs. Needs root,
/// docker-registry, skopeo, htpasswd, openssl.
@Tag("lab")
class RegistryLabTest {
  @TempDir Path directory;
  private final TestEngine engine = new TestEngine();
  private final List<Progress> progress = Collections.synchronizedList(new ArrayList<>());
  private ImageStore store;
  private VchImages images;

  @BeforeEach
  void open() throws Exception {
    store = ImageStore.open(directory.resolve("state"), new RootRights(), Limits.DEFAULT);
    images =
        new VchImages(
            store,
            engine,
            Registries.of(store, List.of(directory.resolve("certs.d")), _ -> Dialer.here()),
            InstantSource.system());
  }

  @AfterEach
  void close() {
    images.close();
  }

  private vch.engine.compute.Images.ImageInfo pull(
      String reference, Optional<String> platform, Optional<Credentials> credentials) {
    return images.pull(BLUE, reference, platform, credentials, progress::add);
  }

  private static RegistrySession open(String host, boolean insecure, Trust trust)
      throws java.io.IOException {
    return RegistrySession.open(
        new RegistrySession.Subject(host, "x", "pull", insecure, Optional.empty()),
        trust,
        Dialer.here());
  }

  private static List<LayerFile> layers(String who) {
    var base =
        new Tars()
            .directory("etc")
            .file("etc/who", who)
            .file("etc/gone", "x")
            .directory("var")
            .file("var/old", "x")
            .bytes();
    var middle =
        new Tars()
            .file("etc/.wh.gone", "")
            .file("var/.wh..wh..opq", "")
            .file("var/new", "x")
            .bytes();
    var top = new Tars().directory("top").file("top/file", "y").bytes();
    return List.of(LayerFile.gzip(base), LayerFile.zstd(middle), LayerFile.plain(top));
  }

  @Test
  void an_index_of_two_platforms_with_gzip_and_zstd_layers_is_pulled_and_mounts() throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), false, false)) {
      registry.pushIndex("multi:v1", layers("amd64"), layers("arm64"));
      var name = registry.host() + "/multi:v1";
      var amd64 = pull(name, Optional.of("linux/amd64"), Optional.empty());
      assertThat(amd64.architecture()).isEqualTo("amd64");
      assertThat(amd64.tags()).containsExactly(name);
      assertThat(amd64.digests())
          .singleElement()
          .asString()
          .startsWith(registry.host() + "/multi@sha256:");
      assertThat(merged(store.directories(amd64.id())))
          .isEqualTo("amd64\n/etc/who\n/top/file\n/var/new\n");
      assertThat(progress)
          .extracting(Progress::status)
          .contains(
              "Pulling from multi",
              "Pulling fs layer",
              "Download complete",
              "Pull complete",
              "Status: Downloaded newer image for " + name);
      assertThat(progress.get(progress.size() - 2).status())
          .isEqualTo("Digest: " + amd64.digests().getFirst().replaceAll(".*@", ""));
      progress.clear();
      pull(name, Optional.of("linux/amd64"), Optional.empty());
      assertThat(progress.getLast().status()).isEqualTo("Status: Image is up to date for " + name);

      progress.clear();
      var arm64 = pull(name, Optional.of("linux/arm64"), Optional.empty());
      assertThat(arm64.architecture()).isEqualTo("arm64");
      assertThat(progress).extracting(Progress::status).contains("Already exists");
      assertThat(images.find(BLUE, amd64.id()).tags()).as("the tag moved on").isEmpty();
      assertThat(images.find(BLUE, amd64.id()).digests()).hasSize(1);

      var byDigest = pull(arm64.digests().getFirst(), Optional.of("linux/arm64"), Optional.empty());
      assertThat(byDigest.id()).isEqualTo(arm64.id());
      assertThatThrownBy(
              () -> pull(registry.host() + "/multi:nope", Optional.empty(), Optional.empty()))
          .isInstanceOf(Refusal.NotFound.class)
          .hasMessage(
              "manifest for "
                  + registry.host()
                  + "/multi:nope not found: manifest unknown: manifest unknown");
      assertThatThrownBy(
              () -> pull(registry.host() + "/nosuch", Optional.empty(), Optional.empty()))
          .isInstanceOf(Refusal.NotFound.class);
    }
  }

  /// The first file, and all files, of the layers as overlayfs shows them, in a mount namespace of
  /// its own.
  private String merged(List<Path> directories) throws Exception {
    var lower = String.join(":", directories.reversed().stream().map(Path::toString).toList());
    var target = Files.createDirectories(directory.resolve("merged"));
    return LabRegistry.run(
        List.of(
            "unshare",
            "-m",
            "sh",
            "-ec",
            "mount -t overlay overlay -o ro,lowerdir="
                + lower
                + " "
                + target
                + "; cat "
                + target
                + "/etc/who; echo; cd "
                + target
                + "; find . -type f | sed 's/^\\.//' | sort"));
  }

  @Test
  void a_password_is_asked_for_and_taken() throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), true, true)) {
      registry.pushIndex("private:v1", layers("amd64"), layers("arm64"));
      var name = registry.host() + "/private:v1";
      var good = Optional.of(new Credentials(LabRegistry.USER, LabRegistry.PASSWORD));
      assertThatThrownBy(() -> pull(name, Optional.empty(), Optional.empty()))
          .isInstanceOf(Refusal.Failed.class)
          .hasMessage("Get \"https://" + registry.host() + "/v2/\": no basic auth credentials");
      assertThatThrownBy(
              () ->
                  pull(
                      name,
                      Optional.empty(),
                      Optional.of(new Credentials(LabRegistry.USER, "wrong"))))
          .isInstanceOf(Refusal.Failed.class)
          .hasMessageStartingWith("unauthorized: authentication required");
      assertThat(images.list(BLUE)).isEmpty();
      assertThat(pull(name, Optional.of("linux/arm64"), good).layers()).hasSize(3);
      assertThatThrownBy(() -> pull(name, Optional.of("linux/arm64"), Optional.empty()))
          .as("also when the layers are here")
          .isInstanceOf(Refusal.Failed.class);
    }
  }

  @Test
  void a_certificate_is_believed_only_with_its_authority() throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), true, false)) {
      var trust = new Trust(List.of(directory.resolve("certs.d")));
      assertThatThrownBy(() -> open(registry.host(), false, trust).close())
          .hasMessage(
              "Get \"https://"
                  + registry.host()
                  + "/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority");
      var own = Files.createDirectories(directory.resolve("certs.d").resolve(registry.host()));
      Files.copy(registry.authority(), own.resolve("ca.crt"));
      open(registry.host(), false, trust).close();
      var localhost = registry.host().replace("127.0.0.1", "localhost");
      Files.createDirectories(directory.resolve("certs.d").resolve(localhost));
      Files.copy(
          registry.authority(), directory.resolve("certs.d").resolve(localhost).resolve("ca.crt"));
      assertThatThrownBy(() -> open(localhost, false, trust).close())
          .hasMessageEndingWith("x509: certificate is not valid for localhost");
      open(localhost, true, trust).close();
    }
  }

  @Test
  void without_tls_a_registry_that_is_not_insecure_is_refused() throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), false, false)) {
      assertThatThrownBy(() -> open(registry.host(), false, new Trust(List.of())).close())
          // the registry answers and hangs up; on a busy machine only the latter is seen
          .message()
          .isIn(
              "Get \"https://"
                  + registry.host()
                  + "/v2/\": http: server gave HTTP response to HTTPS client",
              "Get \"https://" + registry.host() + "/v2/\": EOF");
    }
  }

  @Test
  void what_is_saved_goes_through_skopeo_and_comes_back_the_same() throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), false, false)) {
      registry.pushIndex("multi:v1", layers("amd64"), layers("arm64"));
      var name = registry.host() + "/multi:v1";
      var image = pull(name, Optional.of("linux/amd64"), Optional.empty());
      var out = new ByteArrayOutputStream();
      images.save(BLUE, List.of(name), out);
      var archive = Files.write(directory.resolve("saved.tar"), out.toByteArray());
      registry.copy("docker-archive:" + archive, "again:docker");
      registry.copy("oci-archive:" + archive, "again:oci");
      assertThat(
              pull(registry.host() + "/again:docker", Optional.empty(), Optional.empty()).layers())
          .isEqualTo(image.layers());
      assertThat(pull(registry.host() + "/again:oci", Optional.empty(), Optional.empty()).id())
          .isEqualTo(image.id());
      // what skopeo writes for docker load
      var written = directory.resolve("skopeo.tar");
      LabRegistry.run(
          List.of(
              "skopeo",
              "copy",
              "--src-tls-verify=false",
              "docker://" + registry.host() + "/again:docker",
              "docker-archive:" + written + ":back:v2"));
      assertThat(images.load(BLUE, Files.newInputStream(written), progress::add))
          .containsExactly("back:v2");
      assertThat(images.find(BLUE, "back:v2").layers()).isEqualTo(image.layers());
    }
  }

  @Test
  void owners_capabilities_devices_and_whiteouts_are_real() throws Exception {
    var capability = HexFormat.of().parseHex("0100000280000000000000000000000000000000");
    var record = new ByteArrayOutputStream();
    var text =
        "56 SCHILY.xattr.security.capability=".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    record.writeBytes(text);
    record.writeBytes(capability);
    record.write('\n');
    assertThat(record.size()).isEqualTo(57);
    var header = record.toByteArray();
    header[1] = '7';
    var tar =
        new Tars()
            .put(
                new org.apache.commons.compress.archivers.tar.TarArchiveEntry(
                    "PaxHeaders/x", (byte) 'x'),
                header,
                0644,
                _ -> {})
            .file(
                "cap",
                "x",
                e -> {
                  e.setUserId(4_000_000_000L);
                  e.setGroupId(42);
                  e.setMode(06711);
                })
            .device("null", org.apache.commons.compress.archivers.tar.TarArchiveEntry.LF_CHR, 1, 3)
            .file(".wh.gone", "")
            .file(".wh.replaced", "")
            .directory("replaced")
            .file("opaque/.wh..wh..opq", "")
            .bytes();
    var image =
        images.importRoot(
            BLUE,
            new ByteArrayInputStream(tar),
            Optional.of("caps"),
            new vch.engine.compute.Images.Made(vch.engine.compute.Images.Config.NONE, ""));
    var root = store.directories(image.id()).getFirst();
    assertThat(Xattr.get(root.resolve("cap"), "security.capability"))
        .hasValueSatisfying(v -> assertThat(v).isEqualTo(capability));
    assertThat(
            LabRegistry.run(
                List.of(
                    "stat",
                    "-c",
                    "%u:%g %a %F %t,%T",
                    root + "/cap",
                    root + "/null",
                    root + "/gone")))
        .isEqualTo(
            "4000000000:42 6711 regular file 0,0\n0:0 644 character special file 1,3\n0:0 600 character special file 0,0\n");
    assertThat(Xattr.get(root.resolve("replaced"), "trusted.overlay.opaque"))
        .as("the lower one stays hidden")
        .isPresent();
    assertThat(Xattr.get(root.resolve("opaque"), "trusted.overlay.opaque")).isPresent();
    assertThat(image.layers()).containsExactly(Digest.of(tar).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -traditional -out KEY 2048",
        "genrsa -out KEY 2048",
        "ecparam -genkey -name prime256v1 -out KEY",
        "genpkey -algorithm ed25519 -out KEY"
      })
  void a_client_certificate_is_shown_to_the_registry_that_it_was_put_there_for(String key)
      throws Exception {
    try (var registry = new LabRegistry(directory.resolve("registry"), true, false, true)) {
      var own = Files.createDirectories(directory.resolve("certs.d").resolve(registry.host()));
      Files.copy(registry.authority(), own.resolve("ca.crt"));
      var trust = new Trust(List.of(directory.resolve("certs.d")));
      assertThatThrownBy(() -> open(registry.host(), false, trust).close())
          .isInstanceOf(java.io.IOException.class);
      var command =
          new ArrayList<>(
              List.of(("openssl " + key.replace("KEY", own + "/client.key")).split(" ", -1)));
      LabRegistry.run(command);
      assertThatThrownBy(() -> open(registry.host(), false, trust).close())
          .hasMessageContaining("missing client certificate client.cert for key client.key");
      registry.client(own.resolve("client.key"), own.resolve("client.cert"));
      open(registry.host(), false, trust).close();
      open(registry.host(), true, trust).close();
      Files.move(own.resolve("client.key"), own.resolve("other"));
      assertThatThrownBy(() -> open(registry.host(), false, trust).close())
          .hasMessageContaining("missing key client.key for client certificate client.cert");
    }
  }
}
