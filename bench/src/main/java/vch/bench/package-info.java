/// `./do bench`: measures Portlayer beside dockerd and podman in one run. Read [vch.bench.Main] and
/// [vch.bench.Bench] first, then any row in `vch.bench.row`.
@NullMarked
package vch.bench;

import org.jspecify.annotations.NullMarked;
