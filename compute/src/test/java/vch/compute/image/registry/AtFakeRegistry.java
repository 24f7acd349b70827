package vch.compute.image.registry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import vch.compute.image.QuietRights;
import vch.compute.image.archive.Limits;
import vch.compute.image.store.ImageStore;
import vch.engine.compute.Images.Progress;

/// A registry of ours, which says what the test wants, and a store of the test's own.
abstract class AtFakeRegistry {
  @TempDir Path state;
  final FakeRegistry registry = new FakeRegistry();
  final List<Progress> progress = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger waited = new AtomicInteger();
  ImageStore store;
  Registries registries;

  @BeforeEach
  void open() throws IOException {
    store = ImageStore.open(state, new QuietRights(), Limits.DEFAULT);
    registries = Registries.waiting(store, List.of(state.resolve("certs.d")), waited::addAndGet);
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
  }

  List<String> statuses() {
    return progress.stream().filter(p -> p.total() < 0).map(Progress::status).toList();
  }
}
