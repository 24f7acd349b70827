/// Tools for tests: golden files, seeded generators, throw-away network namespaces. Uses none of
/// our modules.
@org.jspecify.annotations.NullMarked
module vch.testkit {
  requires static transitive org.jspecify;

  exports vch.testkit;
}
