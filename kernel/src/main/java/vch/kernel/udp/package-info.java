/// UDP sockets that take and give several datagrams with one system call.
package vch.kernel.udp;
