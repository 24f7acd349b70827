/// Benchmarks of pure hot paths by JMH, for `./do bench --jmh`, and the image that they look at.
/// Those that need what no package shows are in the packages of what they measure.
@NullMarked
package vch.bench.jmh;

import org.jspecify.annotations.NullMarked;
