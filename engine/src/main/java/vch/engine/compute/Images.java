package vch.engine.compute;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import vch.portlayer.vch.VchId;

/// Images: stored once a machine, named by tags of each VCH. Layers are shared.
public interface Images {
  /// The image that `reference` (name, name:tag, name@digest, id or id prefix) means to the VCH.
  ///
  /// @throws vch.portlayer.refusal.Refusal.NotFound `No such image: <ref>`
  ImageInfo find(VchId vch, String reference);

  /// All images that the VCH has a tag for, made without one, or others of its images were made of.
  List<ImageInfo> list(VchId vch);

  /// Bytes of the files of a layer, by its diff id; -1 where that is not known.
  default long layerBytes(String diffId) {
    return -1;
  }

  /// Asks the registry whether it takes these credentials.
  ///
  /// @param registry host or host:port; empty: Docker Hub
  /// @return empty when it does; else the sentence that says why not
  default Optional<String> login(VchId vch, String registry, Credentials credentials) {
    throw new vch.portlayer.refusal.Refusal.Unsupported(
        "logging in to a registry is not offered: put the credentials into the docker client's config.json");
  }

  /// Sends an image to its registry, or all images of the repository.
  ///
  /// @param name repository, without a tag
  /// @param tag empty: all that the VCH has
  /// @param pushed told of each tag that is there
  void push(
      VchId vch,
      String name,
      Optional<String> tag,
      Optional<Credentials> credentials,
      Consumer<Progress> progress,
      Consumer<Pushed> pushed);

  /// What a registry has got.
  ///
  /// @param digest of the manifest
  /// @param bytes of the manifest
  record Pushed(String tag, String digest, long bytes) {}

  /// Fetches an image from its registry and tags it. Layers that are here are not fetched again.
  ///
  /// @param platform `os/arch[/variant]`; empty: that of the machine
  ImageInfo pull(
      VchId vch,
      String reference,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress);

  /// Reads a `docker save` archive or an OCI layout, plain, gzip or zstd.
  ///
  /// @return what was loaded, tags or ids
  /// @param platform of the image that is taken where the archive has it for several
  List<String> load(
      VchId vch, InputStream archive, Optional<Platform> platform, Consumer<Progress> progress)
      throws IOException;

  /// As [#load(VchId, InputStream, Optional, Consumer)], for this machine.
  default List<String> load(VchId vch, InputStream archive, Consumer<Progress> progress)
      throws IOException {
    return load(vch, archive, Optional.empty(), progress);
  }

  /// Makes an image of one layer from a plain tar of a file system.
  ///
  /// @param made what the image says of itself
  ImageInfo importRoot(VchId vch, InputStream tar, Optional<String> reference, Made made)
      throws IOException;

  /// What an imported image says of itself.
  ///
  /// @param platform `os/arch[/variant]`; empty: that of the machine
  record Made(Config config, String message, Optional<String> platform) {
    public Made(Config config, String message) {
      this(config, message, Optional.empty());
    }
  }

  /// A file that is being fetched; closing it ends the transfer.
  ///
  /// @param modified when the server says that it was changed
  record Fetched(InputStream body, Optional<Instant> modified) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /// Fetches a file by HTTP the way that the VCH reaches registries.
  Fetched fetch(VchId vch, java.net.URI from) throws IOException;

  /// Fetches all tags of a repository, as [#pull] does.
  void pullAll(
      VchId vch,
      String repository,
      Optional<String> platform,
      Optional<Credentials> credentials,
      Consumer<Progress> progress);

  /// What a registry says of a reference.
  Distribution distribution(VchId vch, String reference, Optional<Credentials> credentials);

  /// @param mediaType of the manifest or list
  /// @param bytes of the manifest or list
  record Distribution(String mediaType, String digest, long bytes, List<OsArch> platforms) {}

  record OsArch(String os, String architecture, String variant, String osVersion) {}

  /// Writes images as `docker save` does.
  void save(VchId vch, List<String> references, OutputStream out) throws IOException;

  void tag(VchId vch, String source, String target);

  /// Removes a tag, and the image when it was the last; refuses while containers use it, unless
  /// `force`.
  ///
  /// @return `Untagged: …` and `Deleted: …` as pairs of word and name
  List<Removed> remove(VchId vch, String reference, boolean force);

  /// Removes images without a tag (`all`: without a container) and returns what went.
  List<Removed> prune(VchId vch, boolean all);

  /// Makes an image of a parent, at most one further layer and a configuration, and keeps it for
  /// the VCH without a name. As long as it is there, so is its parent.
  default ImageInfo make(VchId vch, NewImage image) throws IOException {
    throw new vch.portlayer.refusal.Refusal.Unsupported("making images is not offered");
  }

  /// The latest image that the VCH made of this parent (empty: of nothing) under this key.
  default Optional<ImageInfo> made(VchId vch, String parent, String key) {
    return Optional.empty();
  }

  /// Notes that an image counts as made of this parent under this key.
  default void adopt(VchId vch, String parent, String image, String key) {}

  /// A name for an image as Docker writes it: short, with a tag.
  ///
  /// @throws vch.portlayer.refusal.Refusal.Invalid it is none that an image can be given
  default String familiar(String reference) {
    return reference;
  }

  /// A path for work that nobody else uses, on the disk that images are on. Its user removes it;
  /// what a crash leaves is swept away.
  default Path scratch() {
    throw new vch.portlayer.refusal.Refusal.Unsupported("work beside images is not offered");
  }

  /// An archive without its compression: gzip, bzip2, xz, zstd or none, told by its first bytes.
  default InputStream decompressed(InputStream archive) throws IOException {
    throw new vch.portlayer.refusal.Refusal.Unsupported("reading archives is not offered");
  }

  /// For the digest of a file of any size.
  default Hasher hasher() {
    return Hasher.here();
  }

  /// An image to be made.
  ///
  /// @param parent id of the image it stands on; empty: none
  /// @param createdBy how history shows the step
  /// @param created empty: now
  /// @param layer what lies on the parent's layers; without an entry: nothing
  /// @param key under which [#made(VchId, String, String)] finds it; empty: never
  record NewImage(
      String parent,
      Config config,
      String createdBy,
      String comment,
      String author,
      Optional<Instant> created,
      NewLayer layer,
      String key) {}

  /// Where the further layer of a new image comes from.
  sealed interface NewLayer {
    /// No further layer.
    record None() implements NewLayer {}

    /// One that is here, by its diff id.
    record Known(String diffId) implements NewLayer {}

    /// A tar archive in the form of image layers.
    non-sealed interface Tar extends NewLayer {
      /// Writes it.
      ///
      /// @return the number of its entries
      long write(OutputStream tar) throws IOException;
    }
  }

  /// @param word `Untagged` or `Deleted`
  record Removed(String word, String name) {}

  /// What is shown to a registry, or to the place where it has tokens made; empty is what there is
  /// not.
  ///
  /// @param identityToken for which tokens are made
  /// @param registryToken shown as it is
  record Credentials(String user, String password, String identityToken, String registryToken) {
    public Credentials(String user, String password) {
      this(user, password, "", "");
    }
  }

  /// One line of progress, as the docker CLI shows it.
  ///
  /// @param id short layer id, empty for lines about the whole
  /// @param current bytes; -1 where there is no bar
  /// @param total bytes; -1 unknown
  record Progress(String id, String status, long current, long total) {
    public static Progress line(String id, String status) {
      return new Progress(id, status, -1, -1);
    }
  }

  /// @param id `sha256:` and 64 hex digits, digest of the configuration
  /// @param tags of this VCH, in familiar form `busybox:latest`
  /// @param digests of this VCH, in familiar form `busybox@sha256:…`
  /// @param layers diff ids, lowest first
  /// @param parent id of the image that the VCH made this one of; empty: none is known
  /// @param tagged when the VCH last gave it a name, rather than pulled or loaded it with one
  record ImageInfo(
      String id,
      List<String> tags,
      List<String> digests,
      Optional<Instant> created,
      long sizeBytes,
      String architecture,
      String variant,
      String os,
      String author,
      Config config,
      List<String> layers,
      List<History> history,
      String parent,
      Optional<Instant> tagged) {}

  /// Defaults for containers, from the image's configuration.
  record Config(
      List<String> entrypoint,
      List<String> cmd,
      List<String> env,
      String workingDir,
      String user,
      Map<String, String> labels,
      List<String> exposedPorts,
      List<String> volumes,
      String stopSignal,
      Optional<String> healthcheckJson,
      List<String> shell,
      List<String> onBuild) {
    /// Nothing is said.
    public static final Config NONE =
        new Config(
            List.of(),
            List.of(),
            List.of(),
            "",
            "",
            Map.of(),
            List.of(),
            List.of(),
            "",
            Optional.empty(),
            List.of(),
            List.of());
  }

  /// A step of an image's making.
  record History(
      Optional<Instant> created,
      String createdBy,
      String comment,
      boolean emptyLayer,
      String author) {}
}
