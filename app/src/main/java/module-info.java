/// The daemon's main and wiring, its settings, and the command line.
@org.jspecify.annotations.NullMarked
module vch.app {
  requires static transitive org.jspecify;
  requires vch.engine;
}
