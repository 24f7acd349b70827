package vch.compute.image;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import vch.compute.image.store.ImageStore;
import vch.engine.Engine;
import vch.engine.event.Event;
import vch.portlayer.vch.VchId;

/// Tells what happens to images. Thread safe.
record ImageEvents(ImageStore store, Engine engine, InstantSource clock) {
  /// With the labels of the image, unless it is gone.
  ///
  /// @param actor id or reference
  void tell(VchId vch, String action, String actor, String name) {
    var attributes = new HashMap<String, String>();
    if (!action.equals("delete")) {
      TagRules.resolve(engine.image(), vch, actor)
          .or(() -> Optional.of(actor))
          .flatMap(Digest::tryParse)
          .flatMap(store::image)
          .ifPresent(i -> attributes.putAll(i.config().config().labels()));
    }
    attributes.put("name", name);
    engine
        .events()
        .publish(new Event(vch, "image", action, actor, Map.copyOf(attributes), clock.instant()));
  }
}
