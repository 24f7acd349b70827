package vch.compute.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import vch.compute.image.Digest;
import vch.compute.image.ProgressGate;
import vch.compute.image.Reference;
import vch.compute.image.store.ImageStore;
import vch.compute.image.store.StoredImage;
import vch.engine.compute.Images.Credentials;
import vch.engine.compute.Images.Progress;
import vch.portlayer.refusal.Refusal;

/// Fetches images from registries into the store. Thread safe; the bounds below hold for all pulls
/// of the daemon together.
public final class Registries {
  /// Layers fetched at the same time, as with Docker.
  public static final int DOWNLOADS_MAX = 3;

  /// Layers unpacked at the same time.
  public static final int UNPACKINGS_MAX = 2;

  private final ImageStore store;
  private final Trust trust;
  private final Download.Pause pause;
  private final Semaphore downloads = new Semaphore(DOWNLOADS_MAX, true);
  private final Semaphore unpackings = new Semaphore(UNPACKINGS_MAX, true);

  private Registries(ImageStore store, Trust trust, Download.Pause pause) {
    this.store = store;
    this.trust = trust;
    this.pause = pause;
  }

  /// For the daemon.
  ///
  /// @param certificates directories with one directory of `*.crt` per registry, named `host` or
  ///   `host:port`
  public static Registries of(ImageStore store, List<Path> certificates) {
    return new Registries(
        store,
        new Trust(certificates),
        seconds -> Thread.sleep(java.time.Duration.ofSeconds(seconds)));
  }

  static Registries of(ImageStore store, List<Path> certificates, Download.Pause pause) {
    return new Registries(store, new Trust(certificates), pause);
  }

  /// What to fetch.
  ///
  /// @param reference with a tag or a digest
  /// @param platform empty: that of the machine
  /// @param insecure hosts, `host:port` or networks that need no verified TLS
  public record Wish(
      Reference reference,
      Optional<Platform> platform,
      Optional<Credentials> credentials,
      List<String> insecure) {}

  /// What came.
  ///
  /// @param digest of the manifest or index that the reference means
  public record Pulled(StoredImage image, Digest digest) {}

  /// Fetches an image. When this returns all of it is in the store, kept by the pin.
  ///
  /// @throws Refusal in Docker's words
  public Pulled pull(Wish wish, ImageStore.Pin pin, Consumer<Progress> progress) {
    var reference = wish.reference();
    boolean anonymous =
        wish.credentials()
            .filter(c -> !c.user().isEmpty() || !c.identityToken().isEmpty())
            .isEmpty();
    try (var session =
            RegistrySession.open(
                reference.domain(),
                reference.path(),
                new Insecure(wish.insecure()).allows(reference.domain()),
                trust,
                wish.credentials());
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
      throw translate(e, reference, anonymous);
    } catch (InterruptedIOException | InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal.Failed("The pull of " + reference.familiar() + " was broken off");
    } catch (IOException e) {
      throw new Refusal.Failed(
          "The pull of " + reference.familiar() + " failed: " + e.getMessage());
    }
  }

  /// Asks a registry whether it takes the credentials.
  ///
  /// @param registry `docker.io`, `host` or `host:port`
  /// @return empty when it does; else why not, in the registry's words
  /// @throws Refusal.Failed it cannot be asked
  public Optional<String> login(String registry, Credentials credentials, List<String> insecure) {
    try (var session =
        RegistrySession.open(
            registry,
            "",
            new Insecure(insecure).allows(registry),
            trust,
            Optional.of(credentials))) {
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
