package vch.compute.image.registry;

import java.io.IOException;

/// A registry answered with an error, or could not be reached. The message has Docker's form.
final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /// @param code of the distribution specification (`MANIFEST_UNKNOWN`), empty where the registry
  ///   gave none
  RegistryException(String code, String message) {
    super(message);
    this.code = code;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  String code() {
    return code;
  }
}
