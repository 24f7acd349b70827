/// Images made by Dockerfiles, as Docker's classic builder makes them.
@org.jspecify.annotations.NullMarked
module vch.build {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires vch.archive;
  requires tools.jackson.databind;

  exports vch.build;
}
