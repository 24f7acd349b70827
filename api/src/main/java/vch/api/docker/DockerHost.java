package vch.api.docker;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.random.RandomGenerator;
import vch.engine.Engine;
import vch.engine.Lifecycle;
import vch.engine.compute.Images;
import vch.engine.compute.Processes;
import vch.engine.compute.Volumes;
import vch.engine.event.Event;
import vch.engine.lifecycle.Attachments;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// What the Docker API of one VCH stands on.
///
/// @param chance makes ids
/// @param socket the local socket of this API
public record DockerHost(
    VchId vch,
    Engine engine,
    Lifecycle lifecycle,
    Attachments attachments,
    Images images,
    Volumes volumes,
    Processes processes,
    InstantSource clock,
    RandomGenerator chance,
    DockerSettings settings,
    Path socket) {
  /// All that is wanted, now.
  public Image image() {
    return engine.image();
  }

  /// The VCH itself, as it is now.
  public Vch self() {
    return image().vch(vch).orElseThrow(() -> new IllegalStateException("VCH " + vch + " is gone"));
  }

  /// Tells who listens to events of the VCH.
  public void publish(String type, String action, String actor, Map<String, String> attributes) {
    engine.events().publish(new Event(vch, type, action, actor, attributes, clock.instant()));
  }

  /// A new id: 64 lower-case hex digits.
  public String newId() {
    var bytes = new byte[32];
    chance.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
