/// Images made by Dockerfiles, as Docker's classic builder makes them.
@org.jspecify.annotations.NullMarked
module vch.build {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires tools.jackson.databind;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;

  exports vch.build;
}
