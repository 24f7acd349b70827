package vch.compute.log;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tells when something in a directory changes: one inotify instance and one thread for all
/// directories of a daemon.
///
/// `this` guards the registrations. Listeners run on the watch's thread, so they only pass the word
/// on.
public final class DirectoryWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DirectoryWatch.class.getName());

  private final WatchService service;
  private final Map<WatchKey, Watched> byKey = new HashMap<>();
  private final Map<Path, Watched> byPath = new HashMap<>();

  private static final class Watched {
    final Path directory;
    final List<Registration> registrations = new ArrayList<>();
    WatchKey key;

    Watched(Path directory, WatchKey key) {
      this.directory = directory;
      this.key = key;
    }
  }

  /// What to do on a change. Ends with close().
  public final class Registration implements AutoCloseable {
    private final Watched watched;
    private final boolean content;
    private final Runnable listener;

    private Registration(Watched watched, boolean content, Runnable listener) {
      this.watched = watched;
      this.content = content;
      this.listener = listener;
    }

    @Override
    public void close() {
      forget(this);
    }
  }

  public DirectoryWatch() throws IOException {
    this.service = FileSystems.getDefault().newWatchService();
    Thread.ofPlatform().name("directory-watch").daemon().start(this::loop);
  }

  /// Calls the listener after files were made or moved in the directory, with `content` also after
  /// files were written. Several changes may lead to one call.
  public synchronized Registration on(Path directory, boolean content, Runnable listener)
      throws IOException {
    var watched = byPath.get(directory);
    if (watched == null) {
      watched = new Watched(directory, directory.register(service, kinds(content)));
      byPath.put(directory, watched);
      byKey.put(watched.key, watched);
    }
    var registration = new Registration(watched, content, listener);
    watched.registrations.add(registration);
    renew(watched);
    return registration;
  }

  private static WatchEvent.Kind<?>[] kinds(boolean content) {
    return content
        ? new WatchEvent.Kind<?>[] {
          StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY
        }
        : new WatchEvent.Kind<?>[] {StandardWatchEventKinds.ENTRY_CREATE};
  }

  /// Registering a directory again gives the same key with other kinds.
  private void renew(Watched watched) throws IOException {
    var key =
        watched.directory.register(
            service, kinds(watched.registrations.stream().anyMatch(r -> r.content)));
    if (!key.equals(watched.key)) { // the directory was removed and made again
      byKey.remove(watched.key);
      watched.key = key;
      byKey.put(key, watched);
    }
  }

  private synchronized void forget(Registration registration) {
    var watched = registration.watched;
    if (!watched.registrations.remove(registration)) {
      return;
    }
    try {
      if (watched.registrations.isEmpty()) {
        watched.key.cancel();
        byKey.remove(watched.key);
        byPath.remove(watched.directory);
      } else {
        renew(watched);
      }
    } catch (IOException | ClosedWatchServiceException e) {
      LOG.log(System.Logger.Level.DEBUG, "stop watching " + watched.directory, e);
    }
  }

  private void loop() {
    try {
      while (true) {
        var key = service.take();
        key.pollEvents();
        key.reset();
        for (var listener : listeners(key)) {
          tell(listener);
        }
      }
    } catch (ClosedWatchServiceException _) {
      return;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a listener to changes of a directory failed", e);
    }
  }

  private synchronized List<Runnable> listeners(WatchKey key) {
    var watched = byKey.get(key);
    return watched == null
        ? List.of()
        : watched.registrations.stream().map(r -> r.listener).toList();
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
