package vch.portlayer.rule;

import java.util.Optional;
import vch.portlayer.container.Container;
import vch.portlayer.container.ContainerId;
import vch.portlayer.portgroup.PortGroupKind;
import vch.portlayer.refusal.Refusal;
import vch.portlayer.scope.Scope;
import vch.portlayer.state.Image;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// On a NIC, what a container sends is looked at inside its own network namespace. Nothing in it
/// may open what passes that guard: a socket of the kernel's AF_XDP, for which CAP_NET_RAW is
/// enough where the default filter of system calls does not refuse it.
public final class SenderRules {
  private SenderRules() {}

  /// True where the VCH has a network on a NIC, of whatever level: a container may be connected
  /// while it runs, and a level may change, but what a process may call is said when it starts.
  public static boolean guarded(Image image, VchId vch) {
    return image.vch(vch).filter(v -> !v.allowNetAdmin()).isPresent()
        && image.scopes(vch).anyMatch(s -> onNic(image, s));
  }

  /// Programs of 32 bits on x86 open any socket by `socketcall`, which no filter looks into: where
  /// sockets are held they are not run at all, and who makes such a container is told.
  ///
  /// @param architecture of its image
  public static Optional<String> warning(Image image, ContainerId id, String architecture) {
    return image
        .container(id)
        .filter(c -> architecture.equals("386"))
        .filter(c -> guarded(image, c.vch()) && mayOpenRawSockets(c))
        .map(
            c ->
                "programs of 32-bit images are not run with CAP_NET_RAW where the VCH has a container network on a NIC:"
                    + " container "
                    + c.name()
                    + " needs --cap-drop NET_RAW");
  }

  static boolean onNic(Image image, Scope scope) {
    return scope
        .external()
        .flatMap(kind -> image.portGroup(kind.portGroup()))
        .filter(group -> group.kind() instanceof PortGroupKind.Nic)
        .isPresent();
  }

  /// Refuses a container whose raw sockets nothing would hold.
  ///
  /// @param scope a network below `open` on a NIC, on which it is
  static void check(Vch vch, Container container, Scope scope) {
    var spec = container.spec();
    boolean filtered = spec.seccomp().filter(p -> !p.equals("builtin")).isEmpty();
    if (!filtered && mayOpenRawSockets(container)) {
      throw new Refusal.Forbidden(
          "container "
              + container.name()
              + " of VCH "
              + vch.name()
              + " would have CAP_NET_RAW without the default seccomp profile, with which it can"
              + " send under any address on container network "
              + scope.name()
              + ": leave the profile out, or add --cap-drop NET_RAW, or create the VCH with"
              + " --allow-net-admin");
    }
  }

  private static boolean mayOpenRawSockets(Container container) {
    return container.spec().isGranted("NET_RAW", true);
  }
}
