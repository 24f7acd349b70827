/// The engines that are compared: each in a network namespace of its own, with directories of its
/// own, started and removed by the run.
@NullMarked
package vch.bench.engine;

import org.jspecify.annotations.NullMarked;
