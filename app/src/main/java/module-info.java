/// The daemon's main and wiring, its settings, and the command line.
@org.jspecify.annotations.NullMarked
module vch.app {
  requires static transitive org.jspecify;
  requires info.picocli;
  requires java.logging;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.bouncycastle.util;
  requires vch.api;
  requires vch.compute;
  requires vch.engine;
  requires vch.kernel;
  requires vch.linux;
  requires vch.services;

  opens vch.app.cli to
      info.picocli;
}
