package vch.api.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import vch.engine.compute.Images;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

/// Images in memory, by tag. A pull of `busybox` works, of `broken` fails after the first line, of
/// others at once.
public final class FakeImages implements Images {
  public static final String BUSYBOX = "sha256:" + "1".repeat(64);
  private final Map<String, String> tags = new LinkedHashMap<>(); // reference to image id
  private final List<ImageInfo> images = new ArrayList<>();
  public final List<String> asked = new ArrayList<>();

  /// Else they were built here, and have no digests.
  public boolean pulled = true;

  public BiConsumer<String, String> happened = (_, _) -> {}; // action, name

  public FakeImages() {
    images.add(image(BUSYBOX, List.of("sha256:" + "a".repeat(64)), 4_000_000));
    tags.put("busybox:latest", BUSYBOX);
  }

  private static ImageInfo image(String id, List<String> layers, long bytes) {
    return new ImageInfo(
        id,
        List.of(),
        List.of(),
        Optional.of(Instant.parse("2026-01-02T03:04:05.5Z")),
        bytes,
        "amd64",
        "",
        "linux",
        "somebody",
        new Config(
            List.of(),
            List.of("sh"),
            List.of("PATH=/bin"),
            "/srv",
            "",
            Map.of("vendor", "us"),
            List.of("80/tcp"),
            List.of("/data"),
            "",
            Optional.empty(),
            List.of(),
            List.of()),
        layers,
        List.of(
            new History(
                Optional.of(Instant.parse("2026-01-02T03:04:04Z")), "ADD file", "", false, ""),
            new History(
                Optional.of(Instant.parse("2026-01-02T03:04:05.5Z")),
                "CMD [\"sh\"]",
                "made by hand",
                true,
                "")),
        "",
        Optional.empty());
  }

  private ImageInfo shown(ImageInfo i) {
    var names =
        tags.entrySet().stream()
            .filter(t -> t.getValue().equals(i.id()))
            .map(Map.Entry::getKey)
            .toList();
    return new ImageInfo(
        i.id(),
        names.stream().filter(n -> !n.startsWith("<")).toList(),
        pulled ? List.of("busybox@sha256:" + "d".repeat(64)) : List.of(),
        i.created(),
        i.sizeBytes(),
        i.architecture(),
        i.variant(),
        i.os(),
        i.author(),
        i.config(),
        i.layers(),
        i.history(),
        i.parent(),
        i.tagged());
  }

  @Override
  public ImageInfo find(VchId vch, String given) {
    var reference = given.replace("docker.io/library/", "");
    var name =
        reference.contains(":") || reference.startsWith("sha256")
            ? reference
            : reference + ":latest";
    return images.stream()
        .filter(i -> i.id().equals(reference) || i.id().equals(tags.get(name)))
        .findFirst()
        .map(this::shown)
        .orElseThrow(() -> new Refusal.NotFound("No such image: " + name));
  }

  @Override
  public List<ImageInfo> list(VchId vch) {
    return images.stream().map(this::shown).toList();
  }

  @Override
  public long layerBytes(String diffId) {
    return 4_000_000;
  }

  @Override
  public Optional<String> login(VchId vch, String registry, Credentials credentials) {
    asked.add("login " + registry + " " + credentials.user());
    return credentials.password().equals("right")
        ? Optional.empty()
        : Optional.of("unauthorized: incorrect username or password");
  }

  @Override
  public ImageInfo pull(
      VchId vch,
      String given,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress) {
    var reference = given.replace("docker.io/library/", ""); // the docker CLI writes names in full
    asked.add(
        "pull "
            + reference
            + " "
            + platform.orElse("-")
            + " "
            + credentials.map(Credentials::user).orElse("-"));
    if (reference.startsWith("broken")) {
      progress.accept(Progress.line("latest", "Pulling from library/broken"));
      throw new Refusal.Failed("the registry docker.io went away");
    }
    if (!reference.startsWith("busybox")) {
      throw new Refusal.NotFound(
          "pull access denied for "
              + reference
              + ", repository does not exist or may require 'docker login'");
    }
    progress.accept(Progress.line("latest", "Pulling from library/busybox"));
    progress.accept(new Progress("aaaaaaaaaaaa", "Downloading", 1000, 2000));
    progress.accept(Progress.line("", "Status: Downloaded newer image for busybox:latest"));
    return find(vch, "busybox:latest");
  }

  @Override
  public void push(
      VchId vch,
      String name,
      Optional<String> tag,
      Optional<Credentials> credentials,
      Consumer<Progress> progress,
      Consumer<Pushed> pushed) {
    progress.accept(Progress.line("", "The push refers to repository [" + name + "]"));
    find(vch, name + ":" + tag.orElse("latest"));
    progress.accept(Progress.line("aaaaaaaaaaaa", "Pushed"));
    pushed.accept(new Pushed(tag.orElse("latest"), "sha256:" + "d".repeat(64), 527));
  }

  @Override
  public void pullAll(
      VchId vch,
      String repository,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress) {
    asked.add("pull all of " + repository);
    progress.accept(Progress.line("", "Status: Image is up to date for " + repository));
  }

  @Override
  public Distribution distribution(VchId vch, String reference, Optional<Credentials> credentials) {
    return new Distribution(
        "application/vnd.docker.distribution.manifest.v2+json",
        "sha256:" + "d".repeat(64),
        527,
        List.of(new OsArch("linux", "arm64", "v8", "")));
  }

  @Override
  public Fetched fetch(VchId vch, java.net.URI from) {
    asked.add("fetch " + from);
    return new Fetched(new java.io.ByteArrayInputStream(new byte[3]), Optional.empty());
  }

  @Override
  public List<String> load(
      VchId vch,
      InputStream archive,
      Optional<vch.engine.compute.Platform> platform,
      Consumer<Progress> progress)
      throws IOException {
    var text = new String(archive.readAllBytes(), StandardCharsets.UTF_8);
    if (!text.startsWith("tar")) {
      throw new Refusal.Invalid("this is no tar archive");
    }
    platform.ifPresent(p -> asked.add("load " + p));
    return List.of("busybox:latest");
  }

  @Override
  public ImageInfo importRoot(VchId vch, InputStream tar, Optional<String> reference, Made made)
      throws IOException {
    asked.add(
        "import "
            + tar.readAllBytes().length
            + " "
            + reference.orElse("-")
            + " "
            + made.config().cmd()
            + made.config().env()
            + " "
            + made.message());
    return find(vch, BUSYBOX);
  }

  @Override
  public void save(VchId vch, List<String> references, OutputStream out) throws IOException {
    references.forEach(r -> find(vch, r));
    out.write(("archive of " + references).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void tag(VchId vch, String source, String target) {
    var name = target.replace("docker.io/library/", "");
    tags.put(name, find(vch, source).id());
    happened.accept("tag", name);
  }

  @Override
  public List<Removed> remove(VchId vch, String reference, boolean force) {
    var image = find(vch, reference);
    tags.values().removeIf(image.id()::equals);
    images.removeIf(i -> i.id().equals(image.id()));
    return List.of(new Removed("Untagged", reference), new Removed("Deleted", image.id()));
  }

  @Override
  public List<Removed> prune(VchId vch, boolean all) {
    return all ? remove(vch, BUSYBOX, false) : List.of();
  }
}
