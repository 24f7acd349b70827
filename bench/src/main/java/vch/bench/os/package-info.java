/// Processes, network namespaces, memory and sockets of the machine that is measured.
@NullMarked
package vch.bench.os;

import org.jspecify.annotations.NullMarked;
