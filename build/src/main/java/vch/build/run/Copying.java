package vch.build.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vch.build.Site;
import vch.build.context.Bounds;
import vch.build.context.Entry;
import vch.build.context.FileSet;
import vch.build.context.FileSetReader;
import vch.build.context.Paths;
import vch.build.context.TarPieces;
import vch.build.context.TarPieces.Owner;
import vch.build.context.TarPieces.Piece;
import vch.build.dockerfile.Instruction;
import vch.build.run.Sources.Source;
import vch.engine.compute.Images.Config;
import vch.engine.compute.Images.NewLayer;
import vch.portlayer.refusal.Refusal;

/// COPY and ADD: from a set of files into an image. For one build.
final class Copying {
  private static final Owner ROOT = new Owner(0, 0);

  /// As MAXSYMLINKS of the kernel.
  private static final int LINKS_MAX = 40;

  private final Site site;
  private final Committer committer;

  Copying(Site site, Committer committer) {
    this.site = site;
    this.committer = committer;
  }

  /// One instruction, its variables replaced.
  void run(StageState stage, Instruction.Copy copy, Sources from) throws IOException {
    var sources = from.find(copy.name(), copy.sources());
    if (sources.size() > 1 && !copy.target().endsWith("/")) {
      throw new Refusal.Invalid(
          "When using "
              + copy.name()
              + " with more than one source file, the destination must be a directory and end with a /");
    }
    var comment =
        copy.name()
            + " "
            + (copy.owner().isEmpty() ? "" : "--chown=" + copy.owner())
            + from.digest(sources)
            + " in "
            + copy.target()
            + " ";
    var step = Steps.commented(stage, List.of("#(nop) " + comment));
    if (!committer.probe(stage, step)) {
      copy(stage, copy, sources, step);
    }
  }

  private void copy(StageState stage, Instruction.Copy copy, List<Source> sources, Config step)
      throws IOException {
    try (var root = new Root(site, stage.image)) {
      var owner =
          copy.owner().isEmpty()
              ? (copy.from().isEmpty() ? Optional.of(ROOT) : Optional.<Owner>empty())
              : Optional.of(
                  Accounts.owner(copy.owner(), root.text("/etc/passwd"), root.text("/etc/group")));
      for (var source : sources) {
        var target = Paths.absolute(stage.config.workingDir, copy.target());
        write(root, source.in(), source, target, copy, owner);
      }
      committer.commit(stage, step, (NewLayer.Tar) root::layer);
    }
  }

  private void write(
      Root root,
      FileSet files,
      Source source,
      String target,
      Instruction.Copy copy,
      Optional<Owner> owner)
      throws IOException {
    var entry = source.entry();
    if (entry.isDirectory()) {
      var pieces = new ArrayList<>(directories(root, parent(target), Optional.of(ROOT)));
      if (!target.equals("/")) {
        pieces.addAll(directories(root, target, owner).stream().skip(pieces.size()).toList());
      }
      root.write(new TarPieces(pieces.iterator()));
      tree(root, files, entry, target, owner);
      return;
    }
    if (copy.add()
        && source.unpacked()
        && entry.kind() == Entry.Kind.FILE
        && archive(files, entry)) {
      root.write(new TarPieces(directories(root, target, Optional.of(ROOT)).iterator()));
      try (var unpacked = FileSetReader.read(files.open(entry), Bounds.DEFAULT, site.bench())) {
        tree(root, unpacked, Entry.root(), target, Optional.empty());
      }
      return;
    }
    boolean into = copy.target().endsWith("/") || root.isDirectory(target);
    var path = into ? Paths.absolute(target, source.name()) : target;
    var pieces = new ArrayList<>(directories(root, parent(path), owner));
    pieces.add(new Piece(path.substring(1), entry, Optional.of(files), owner));
    root.write(new TarPieces(pieces.iterator()));
  }

  private boolean archive(FileSet files, Entry entry) throws IOException {
    try (var in = files.open(entry)) {
      return FileSetReader.isArchive(in, site.bench());
    }
  }

  private static void tree(
      Root root, FileSet files, Entry directory, String target, Optional<Owner> owner)
      throws IOException {
    int prefix = directory.path().isEmpty() ? 0 : directory.path().length() + 1;
    var base = target.equals("/") ? "" : target.substring(1) + "/";
    root.write(
        new TarPieces(
            files.below(directory).stream()
                .map(
                    e -> new Piece(base + e.path().substring(prefix), e, Optional.of(files), owner))
                .iterator()));
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /// Entries for the directories on the way that are not there. A link to what is not there is
  /// followed: the directory is made where it leads to, within the root.
  private List<Piece> directories(Root root, String path, Optional<Owner> owner) {
    var missing = new ArrayList<Piece>();
    int links = 0;
    var at = path;
    while (!at.equals("/") && !root.isDirectory(at)) {
      var found = root.stat(at);
      if (found.isEmpty()) {
        missing.addFirst(
            new Piece(
                at.substring(1),
                Entry.made(at.substring(1), site.clock().instant()),
                Optional.empty(),
                owner.or(() -> Optional.of(ROOT))));
        at = parent(at);
      } else if (found.get().linkTarget().isEmpty() || ++links > LINKS_MAX) {
        throw new Refusal.Invalid(
            "failed to copy files: cannot create directory " + at + ": a file is in its place");
      } else {
        at = found.get().linkTarget();
      }
    }
    return missing;
  }
}
