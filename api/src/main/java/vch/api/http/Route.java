package vch.api.http;

/// A row of the route table.
///
/// @param method `GET`, `POST`, …
/// @param path `/networks/{id}/connect`; a variable is one segment, or any number of them as in
///   `/images/{name:.*}/json`
/// @param summary one clause: what it does
/// @param action what serves it
/// @param note what else a reader of the reference should know, of versions above all
public record Route<A>(String method, String path, String summary, A action, Note note) {
  public Route(String method, String path, String summary, A action) {
    this(method, path, summary, action, Note.NONE);
  }

  /// For the reference; routing does not look at it.
  ///
  /// @param since the first API version that has the route, empty where it has always been
  /// @param refused the status with which it is always refused, 0 where it is served
  /// @param differs a clause: what is not as elsewhere, empty where nothing is
  public record Note(String since, int refused, String differs) {
    static final Note NONE = new Note("", 0, "");
  }

  public Route<A> since(String version) {
    return new Route<>(
        method, path, summary, action, new Note(version, note.refused, note.differs));
  }

  public Route<A> refused(int status) {
    return new Route<>(method, path, summary, action, new Note(note.since, status, note.differs));
  }

  public Route<A> differing(String clause) {
    return new Route<>(method, path, summary, action, new Note(note.since, note.refused, clause));
  }

  @Override
  public String toString() {
    return method + " " + path + ": " + summary;
  }
}
