/// What was measured, kept as JSON lines and told as Markdown.
@NullMarked
package vch.bench.result;

import org.jspecify.annotations.NullMarked;
