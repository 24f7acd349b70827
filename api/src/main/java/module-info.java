/// HTTP and the personalities: Docker's API and the admin API. Translates names, shapes and status numbers; decides nothing.
@org.jspecify.annotations.NullMarked
module vch.api {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
}
