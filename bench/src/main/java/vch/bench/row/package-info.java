/// What is measured: one class for each topic, named in `--only`. [vch.bench.row.Rows] lists them.
@NullMarked
package vch.bench.row;

import org.jspecify.annotations.NullMarked;
