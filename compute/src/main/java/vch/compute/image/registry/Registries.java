package vch.compute.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import vch.compute.image.Digest;
import vch.compute.image.ProgressGate;
import vch.compute.image.Reference;
import vch.compute.image.store.GzipLayers;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Images.Distribution;
import vch.engine.compute.Images.Progress;
import vch.engine.compute.Images.Pushed;
import vch.engine.compute.Platform;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.vch.VchId;

/// Fetches images from registries into the store, and sends them. Thread safe; the bounds below
/// hold for all pulls and pushes of the daemon together.
public final class Registries {
  /// Layers fetched at the same time, as with Docker.
  public static final int DOWNLOADS_MAX = 3;

  /// Layers unpacked at the same time.
  public static final int UNPACKINGS_MAX = 2;

  /// Layers sent at the same time, as with Docker.
  public static final int UPLOADS_MAX = 5;

  private final ImageStore store;
  private final Trust trust;
  private final Function<VchId, Dialer> dialers;
  private final Download.Pause pause;
  private final Semaphore downloads = new Semaphore(DOWNLOADS_MAX, true);
  private final Semaphore uploads = new Semaphore(UPLOADS_MAX, true);
  private final Semaphore unpackings = new Semaphore(UNPACKINGS_MAX, true);

  private Registries(
      ImageStore store, Trust trust, Function<VchId, Dialer> dialers, Download.Pause pause) {
    this.store = store;
    this.trust = trust;
    this.dialers = dialers;
    this.pause = pause;
  }

  /// For the daemon.
  ///
  /// @param certificates directories with one directory of `*.crt` per registry, named `host` or
  ///   `host:port`
  /// @param dialers how a VCH reaches registries
  public static Registries of(
      ImageStore store, List<Path> certificates, Function<VchId, Dialer> dialers) {
    return new Registries(
        store,
        new Trust(certificates),
        dialers,
        seconds -> Thread.sleep(java.time.Duration.ofSeconds(seconds)));
  }

  static Registries waiting(ImageStore store, List<Path> certificates, Download.Pause pause) {
    return new Registries(store, new Trust(certificates), _ -> Dialer.here(), pause);
  }

  /// Who asks a registry, and as whom.
  ///
  /// @param insecure hosts, `host:port` or networks that need no verified TLS
  public record Asker(VchId vch, Optional<Credentials> credentials, List<String> insecure) {
    boolean anonymous() {
      return credentials.filter(c -> !c.user().isEmpty() || !c.identityToken().isEmpty()).isEmpty();
    }
  }

  /// What to fetch.
  ///
  /// @param reference with a tag or a digest
  /// @param platform empty: that of the machine
  public record Wish(Asker asker, Reference reference, Optional<Platform> platform) {}

  /// What came.
  ///
  /// @param digest of the manifest or index that the reference means
  public record Pulled(StoredImage image, Digest digest) {}

  /// Fetches an image. When this returns all of it is in the store, kept by the pin.
  ///
  /// @throws Refusal in Docker's words
  public Pulled pull(Wish wish, ImageStore.Pin pin, Consumer<Progress> progress) {
    var reference = wish.reference();
    try (var session = session(wish.asker(), reference.domain(), reference.path(), "pull");
        var stalls = new Stalls()) {
      var work =
          new Pull(
              store,
              session,
              new Download(session, stalls, pause),
              downloads,
              unpackings,
              new ProgressGate(progress),
              pin);
      return work.run(reference, wish.platform());
    } catch (RegistryException e) {
      throw translate(e, reference, wish.asker().anonymous());
    } catch (InterruptedIOException | InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The pull of " + reference.familiar() + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed(
          "The pull of " + reference.familiar() + " failed: " + e.getMessage());
    }
  }

  /// Where else in the registry a layer may be.
  @FunctionalInterface
  public interface Sources {
    /// Repositories, most likely first.
    List<String> of(Digest diffId);
  }

  /// Sends images to one repository.
  ///
  /// @param repository tag and digest do not matter
  /// @param images by tag; the caller pins them
  /// @param done called for each tag that is there
  /// @throws Refusal in Docker's words
  public void push(
      Asker asker,
      Reference repository,
      Map<String, StoredImage> images,
      Sources sources,
      Consumer<Progress> progress,
      Consumer<Pushed> done) {
    try (var session = session(asker, repository.domain(), repository.path(), "push,pull")) {
      var work =
          new Push(new GzipLayers(store), session, uploads, pause, new ProgressGate(progress));
      for (var it : images.entrySet()) {
        var image = it.getValue();
        done.accept(work.run(image, store.rawConfig(image.id()), it.getKey(), sources));
      }
    } catch (RegistryException e) {
      throw new Refusal.Failed(
          e.code().equals("NO_CREDENTIALS") ? "no basic auth credentials" : e.getMessage());
    } catch (InterruptedIOException | InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The push of " + repository.familiarName() + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed(
          "The push of " + repository.familiarName() + " failed: " + e.getMessage());
    }
  }

  /// The tags of a repository.
  public List<String> tags(Asker asker, Reference repository) {
    try (var session = session(asker, repository.domain(), repository.path(), "pull")) {
      return Listing.tags(session);
    } catch (RegistryException e) {
      throw translate(e, repository, asker.anonymous());
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("Listing " + repository.familiarName() + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed(
          "Listing " + repository.familiarName() + " failed: " + e.getMessage());
    }
  }

  /// What a registry says of a reference, without fetching it.
  public Distribution look(Asker asker, Reference reference) {
    try (var session = session(asker, reference.domain(), reference.path(), "pull")) {
      return Listing.look(session, reference);
    } catch (RegistryException e) {
      throw translate(e, reference, asker.anonymous());
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("Looking at " + reference.familiar() + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed("Looking at " + reference.familiar() + " failed: " + e.getMessage());
    }
  }

  /// A file by HTTP. Closing the stream ends the transfer.
  public Images.Fetched fetch(Asker asker, URI from) throws IOException {
    return Fetch.open(from, trust, dialers.apply(asker.vch()));
  }

  private RegistrySession session(Asker asker, String registry, String path, String actions)
      throws IOException {
    return RegistrySession.open(
        new RegistrySession.Subject(
            registry,
            path,
            actions,
            new Insecure(asker.insecure()).allows(registry),
            asker.credentials()),
        trust,
        dialers.apply(asker.vch()));
  }

  /// Asks a registry whether it takes the credentials.
  ///
  /// @param registry `docker.io`, `host` or `host:port`
  /// @return empty when it does; else why not, in the registry's words
  /// @throws Refusal.Failed it cannot be asked
  public Optional<String> login(Asker asker, String registry) {
    try (var session = session(asker, registry, "", "")) {
      session.login();
      return Optional.empty();
    } catch (RegistryException e) {
      return switch (e.code()) {
        case "UNAUTHORIZED", "DENIED" -> Optional.of(e.getMessage());
        default -> throw new Refusal.Failed(e.getMessage());
      };
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The login to " + registry + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed("The login to " + registry + " failed: " + e.getMessage());
    }
  }

  private static Refusal translate(RegistryException e, Reference reference, boolean anonymous) {
    return switch (e.code()) {
      case "DENIED" -> denied(e.getMessage(), reference);
      case "UNAUTHORIZED" ->
          anonymous ? denied(e.getMessage(), reference) : new Refusal.Failed(e.getMessage());
      case "MANIFEST_UNKNOWN" ->
          new Refusal.NotFound(
              "manifest for " + reference.familiar() + " not found: " + e.getMessage());
      case "NAME_UNKNOWN" ->
          new Refusal.NotFound(
              "repository " + reference.familiarName() + " not found: " + e.getMessage());
      case "NOT_FOUND" ->
          new Refusal.NotFound(
              "manifest for "
                  + reference.familiar()
                  + " not found: manifest unknown: manifest unknown");
      default -> new Refusal.Failed(e.getMessage());
    };
  }

  private static Refusal denied(String message, Reference reference) {
    return new Refusal.NotFound(
        "pull access denied for "
            + reference.familiarName()
            + ", repository does not exist or may require 'docker login': "
            + message);
  }
}
