/// HTTP and the personalities: Docker's API and the admin API. Translates names, shapes and status
/// numbers; decides nothing.
@org.jspecify.annotations.NullMarked
module vch.api {
  requires static transitive org.jspecify;
  requires transitive vch.engine;
  requires vch.build;
  requires transitive tools.jackson.databind;
  requires org.eclipse.jetty.server;
  requires org.eclipse.jetty.unixdomain.server;
  requires org.eclipse.jetty.websocket.core.server;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.util;

  exports vch.api.admin;
  exports vch.api.http;
  exports vch.api.docker;
  exports vch.api.docker.table;
}
