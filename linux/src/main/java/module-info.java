/// The engine's machine, done with the kernel module.
@org.jspecify.annotations.NullMarked
module vch.linux {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires vch.kernel;

  exports vch.linux;
}
