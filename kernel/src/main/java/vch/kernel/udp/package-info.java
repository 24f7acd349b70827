/// UDP sockets that take and give several datagrams with one system call.
@org.jspecify.annotations.NullMarked
package vch.kernel.udp;
