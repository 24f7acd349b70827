package vch.api.admin;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import vch.portlayer.vch.Vch;
import vch.portlayer.vch.VchId;

/// What the daemon does for a VCH beside its networks: certificates, listeners, name service.
public interface Hosting {
  /// Makes certificates, opens the listeners and starts the name service. Doing it twice is the
  /// same as once.
  ///
  /// @param names further names of the server certificate
  /// @param organization of the certificates
  void open(Vch vch, List<String> names, String organization);

  /// Closes what [#open] opened and removes the certificates.
  void close(VchId vch);

  /// The Docker API's local socket.
  Path dockerSocket(Vch vch);

  /// Where a client's certificates are.
  Path clientCertificates(Vch vch);

  /// Copies a client's certificates to a directory of the user's choice.
  ///
  /// @return takes the copies back
  /// @throws vch.portlayer.refusal.Refusal.Invalid it holds something
  Runnable copyCertificates(Vch vch, Path target);

  /// As [#copyCertificates] would, without copying.
  void checkCertificateTarget(Path target);

  /// Why no VCH can have this name, if so: the daemon keeps something of its own under it.
  Optional<String> reserved(String name);

  /// Why the VCH is not served, if so.
  Optional<String> problem(VchId vch);
}
