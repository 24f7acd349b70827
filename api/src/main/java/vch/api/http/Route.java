package vch.api.http;

/// A row of the route table.
///
/// @param method `GET`, `POST`, …
/// @param path `/networks/{id}/connect`; a variable is one segment, or any number of them as in
///   `/images/{name:.*}/json`
/// @param summary one clause: what it does
/// @param action what serves it
public record Route<A>(String method, String path, String summary, A action) {
  @Override
  public String toString() {
    return method + " " + path + ": " + summary;
  }
}
