package vch.portlayer.rule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.Endpoint;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NameLink;
import vch.portlayer.container.Phase;
import vch.portlayer.container.Volume;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.state.Change;
import vch.portlayer.state.Decision;
import vch.portlayer.state.Image;
import vch.portlayer.vch.VchId;

/// Rules of the lives of containers. Texts are those of Docker Engine API 1.50.
public final class ContainerRules {
  private ContainerRules() {}

  /// Addresses are held from here on where the network exists and has them; what is missing is a
  /// warning.
  public static Decision<CreateContainer.Created> create(Image image, CreateContainer command) {
    return new ContainerCreation(image, command).decide();
  }

  /// Phase STARTING: resolves networks, holds addresses, binds publications (random ports by
  /// `chance`, from 32768 to 60999), or refuses and changes nothing. Already starting or running:
  /// the decision is empty of changes.
  ///
  /// @param byUser false when a restart policy starts it
  public static Decision<Container> starting(
      Image image, ContainerId id, boolean byUser, RandomGenerator chance) {
    return new ContainerStart(image, get(image, id)).decide(byUser, chance);
  }

  /// The process runs. Nothing changes for a container that is not starting any more.
  public static Decision<Container> started(Image image, ContainerId id, long pid, Instant at) {
    var container = get(image, id);
    return container.state().phase() == Phase.STARTING
        ? put(container.with(container.state().running(pid, at)))
        : Decision.of(container);
  }

  /// The start did not happen.
  public static Decision<Container> failed(Image image, ContainerId id, int exitCode, String why) {
    var container = get(image, id);
    return container.live()
        ? put(container.with(container.state().failed(exitCode, why)))
        : Decision.of(container);
  }

  /// The process ended. Phase RESTARTING where the restart policy wants it back, else EXITED. Those
  /// not live are left alone.
  public static Decision<Container> exited(
      Image image, ContainerId id, int exitCode, boolean oom, Instant at) {
    var container = get(image, id);
    if (!container.live()) {
      return Decision.of(container);
    }
    var state = container.state().exited(exitCode, at, oom);
    return put(
        container.with(wantsRestart(container, exitCode) ? state.with(Phase.RESTARTING) : state));
  }

  private static boolean wantsRestart(Container container, int exitCode) {
    if (container.state().stoppedByUser()) {
      return false;
    }
    var policy = container.spec().restart();
    return switch (policy.when()) {
      case NO -> false;
      case ALWAYS, UNLESS_STOPPED -> true;
      case ON_FAILURE ->
          exitCode != 0
              && (policy.maximumRetries() == 0
                  || container.state().restarts() < policy.maximumRetries());
    };
  }

  /// The user asked it to stop: its restart policy leaves it alone from now on. One that waits to
  /// be restarted has no process and is EXITED at once.
  public static Decision<Container> stopping(Image image, ContainerId id) {
    var container = get(image, id);
    if (!container.live()) {
      return Decision.of(container);
    }
    var state = container.state().stoppedByUser(true);
    return put(
        container.with(state.phase() == Phase.RESTARTING ? state.with(Phase.EXITED) : state));
  }

  /// Names answer to the new one at once.
  public static Decision<Container> rename(Image image, ContainerId id, String name) {
    var container = get(image, id);
    var next = bare(name);
    if (name.isEmpty()) {
      throw new Refusal.Invalid("Neither old nor new names may be empty");
    }
    if (next.equals(container.name())) {
      throw new Refusal.Invalid("Renaming a container with the same name as its current name");
    }
    if (!Texts.restricted(next)) {
      throw new Refusal.Invalid("Error when allocating new name: " + invalidName("/" + next));
    }
    checkFree(image, container.vch(), next, "Error when allocating new name: ");
    var renamed = container.withName(next);
    var changes = new ArrayList<Change>();
    changes.add(new Change.ContainerPut(renamed));
    image
        .containers(container.vch())
        .filter(
            c ->
                !c.id().equals(id)
                    && c.endpoints().stream().anyMatch(e -> linksTo(e, container.name())))
        .forEach(c -> changes.add(new Change.ContainerPut(linkedAnew(c, container.name(), next))));
    return new Decision<>(changes, renamed);
  }

  /// Takes one name away that `--link` of the default bridge gave.
  ///
  /// @param term `parent/alias`: the container that declared it, and the name there
  /// @return the parent, without the link
  public static Decision<Container> unlink(Image image, VchId vch, String term) {
    var path = bare(term);
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      find(image, vch, term);
      throw new Refusal.Failed("Conflict, cannot remove the default link name of the container");
    }
    var alias = path.substring(slash + 1);
    var parent =
        lookUp(image, vch, path.substring(0, slash))
            .filter(c -> c.links().stream().anyMatch(l -> l.alias().equals(alias)))
            .orElseThrow(() -> Texts.noSuchContainer(term));
    return put(
        parent.withLinks(parent.links().stream().filter(l -> !l.alias().equals(alias)).toList()));
  }

  private static boolean linksTo(Endpoint endpoint, String name) {
    return endpoint.links().stream().anyMatch(l -> bare(l.target()).equals(name));
  }

  /// Links within a network name their target, which need not exist yet; one that does exist keeps
  /// them when it is renamed.
  private static Container linkedAnew(Container container, String before, String after) {
    return container.withEndpoints(
        container.endpoints().stream()
            .map(
                e ->
                    e.withLinks(
                        e.links().stream()
                            .map(
                                l ->
                                    bare(l.target()).equals(before)
                                        ? new NameLink(after, l.alias())
                                        : l)
                            .toList()))
            .toList());
  }

  /// Phase REMOVING: from now on it can neither be started nor connected. Refused while live.
  public static Decision<Container> removing(Image image, ContainerId id) {
    var container = get(image, id);
    checkRemovable(container);
    if (container.state().phase() == Phase.REMOVING) {
      throw new Refusal.Conflict(
          "removal of container " + container.name() + " is already in progress");
    }
    return put(container.with(container.state().with(Phase.REMOVING)));
  }

  /// Refused while live. Takes anonymous volumes that nobody else mounts with it where `volumes`
  /// asks for that.
  public static Decision<Container> remove(Image image, ContainerId id, boolean volumes) {
    var container = get(image, id);
    checkRemovable(container);
    var changes = new ArrayList<Change>();
    changes.add(new Change.ContainerRemoved(id));
    if (volumes) {
      for (var name : anonymous(image, container)) {
        changes.add(new Change.VolumeRemoved(container.vch(), name));
      }
    }
    return new Decision<>(changes, container);
  }

  private static List<String> anonymous(Image image, Container container) {
    return container.spec().mounts().stream()
        .filter(m -> m.kind() == Mount.Kind.VOLUME)
        .map(Mount::source)
        .distinct()
        .filter(n -> image.volume(container.vch(), n).filter(Volume::anonymous).isPresent())
        .filter(
            n ->
                image
                    .containers(container.vch())
                    .noneMatch(c -> !c.id().equals(container.id()) && VolumeRules.mounts(c, n)))
        .toList();
  }

  private static void checkRemovable(Container container) {
    if (container.state().phase() == Phase.PAUSED) {
      throw new Refusal.Conflict(
          "cannot remove container \""
              + container.name()
              + "\": container is paused and must be unpaused first");
    }
    if (container.live()) {
      throw new Refusal.Conflict(
          "cannot remove container \""
              + container.name()
              + "\": container is "
              + word(container.state().phase())
              + ": stop the container before removing or force remove");
    }
  }

  /// By exact id, exact name (leading `/` allowed), or unique id prefix.
  public static Container find(Image image, VchId vch, String term) {
    return lookUp(image, vch, term).orElseThrow(() -> Texts.noSuchContainer(term));
  }

  /// As [#find(Image, VchId, String)], empty instead of not found.
  public static Optional<Container> lookUp(Image image, VchId vch, String term) {
    var bare = bare(term);
    if (bare.isEmpty()) {
      return Optional.empty();
    }
    var exact =
        image
            .container(new ContainerId(bare))
            .filter(c -> c.vch().equals(vch))
            .or(() -> image.containerNamed(vch, bare));
    if (exact.isPresent()) {
      return exact;
    }
    var matches = image.containersWithPrefix(vch, bare).limit(2).toList();
    if (matches.size() > 1) {
      throw new Refusal.Invalid("multiple IDs found with provided prefix: " + term);
    }
    return matches.stream().findFirst();
  }

  static String bare(String name) {
    return name.startsWith("/") ? name.substring(1) : name;
  }

  /// @param name as given, perhaps with a leading `/`
  static void checkName(String name) {
    if (!Texts.restricted(bare(name))) {
      throw new Refusal.Invalid(invalidName(name));
    }
  }

  private static String invalidName(String name) {
    return "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed";
  }

  static void checkFree(Image image, VchId vch, String name, String heading) {
    image
        .containerNamed(vch, name)
        .ifPresent(
            other -> {
              throw new Refusal.Conflict(
                  heading
                      + "Conflict. The container name \"/"
                      + name
                      + "\" is already in use by container \""
                      + other.id()
                      + "\". You have to remove (or rename) that container to be able to reuse that name.");
            });
  }

  /// As `docker ps` says it.
  static String word(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  private static Container get(Image image, ContainerId id) {
    return image.container(id).orElseThrow(() -> Texts.noSuchContainer(id.value()));
  }

  private static Decision<Container> put(Container container) {
    return Decision.of(container, new Change.ContainerPut(container));
  }
}
