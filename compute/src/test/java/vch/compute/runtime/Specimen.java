package vch.compute.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.container.ContainerSpec;
import vch.portlayer.container.ContainerState;
import vch.portlayer.container.Device;
import vch.portlayer.container.Limits;
import vch.portlayer.container.Mount;
import vch.portlayer.container.NetworkMode;
import vch.portlayer.container.Resolver;
import vch.portlayer.container.Ulimit;
import vch.portlayer.port.PortSet;
import vch.portlayer.vch.VchId;
import vch.testkit.Parts;

/// Containers for tests, from a plain one by small steps.
record Specimen(Container container) {
  static final String IMAGE = "sha256:" + "5a".repeat(32);

  static Specimen of(String id, String... arguments) {
    var spec =
        Parts.of(ContainerSpec.filesOf(IMAGE))
            .set("imageRef", "busybox")
            .set("arguments", List.of(arguments))
            .set("autoRemove", false)
            .made();
    return new Specimen(
        new Container(
            new ContainerId(id),
            new VchId("0123456789ab"),
            "specimen",
            Instant.EPOCH,
            id.substring(0, 12),
            "",
            new NetworkMode.Scoped("bridge"),
            List.of(),
            List.of(),
            PortSet.EMPTY,
            false,
            List.of(),
            List.of(),
            Resolver.NONE,
            Map.of(),
            spec,
            ContainerState.NEW,
            ""));
  }

  private Specimen with(UnaryOperator<Parts<ContainerSpec>> change) {
    return new Specimen(container.withSpec(change.apply(Parts.of(container.spec())).made(), ""));
  }

  Specimen environment(String... values) {
    return with(p -> p.set("environment", List.of(values)));
  }

  Specimen workingDirectory(String path) {
    return with(p -> p.set("workingDirectory", path));
  }

  Specimen user(String user, String... groups) {
    return with(p -> p.set("user", user).set("groupAdd", List.of(groups)));
  }

  Specimen tty() {
    return with(p -> p.set("tty", true).set("stdinOpen", true));
  }

  Specimen stdin(boolean once) {
    return with(p -> p.set("stdinOpen", true).set("stdinOnce", once));
  }

  Specimen mounts(Mount... mounts) {
    return with(p -> p.set("mounts", List.of(mounts)));
  }

  Specimen limits(Limits limits) {
    return with(p -> p.set("limits", limits));
  }

  Specimen ulimits(Ulimit... limits) {
    return with(p -> p.set("ulimits", List.of(limits)));
  }

  Specimen devices(Device... devices) {
    return with(p -> p.set("devices", List.of(devices)));
  }

  Specimen sysctls(Map<String, String> values) {
    return with(p -> p.set("sysctls", values));
  }

  Specimen capabilities(List<String> add, List<String> drop) {
    return with(p -> p.set("capAdd", add).set("capDrop", drop));
  }

  Specimen privileged() {
    return with(p -> p.set("privileged", true));
  }

  Specimen readOnlyRoot() {
    return with(p -> p.set("readOnlyRoot", true));
  }

  Specimen noNewPrivileges() {
    return with(p -> p.set("noNewPrivileges", true));
  }

  Specimen seccomp(String profile) {
    return with(p -> p.set("seccomp", Optional.of(profile)));
  }

  Specimen shm(long bytes) {
    return with(p -> p.set("shmBytes", bytes));
  }

  Specimen namespaces(Map<String, String> modes) {
    return with(p -> p.set("namespaces", modes));
  }

  Specimen autoRemove() {
    return with(p -> p.set("autoRemove", true));
  }

  Specimen init() {
    return with(p -> p.set("initProcess", true));
  }

  Specimen log(Map<String, String> options) {
    return with(p -> p.set("logOptions", options));
  }
}
