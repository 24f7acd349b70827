/// Tools for tests: golden files, parts of records. Uses none of our modules.
@org.jspecify.annotations.NullMarked
module vch.testkit {
  requires static transitive org.jspecify;

  exports vch.testkit;
}
