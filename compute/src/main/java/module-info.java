/// Containers and images over an OCI runtime and registries; to the engine one more machine part.
@org.jspecify.annotations.NullMarked
module vch.compute {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires vch.archive;
  requires vch.kernel;
  requires tools.jackson.databind;
  requires org.eclipse.jetty.client;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.util;
  requires com.github.luben.zstd_jni;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;

  exports vch.compute.image;
  exports vch.compute.image.archive;
  exports vch.compute.image.registry;
  exports vch.compute.image.store;
  exports vch.compute.runtime;
  exports vch.compute.volume;
}
