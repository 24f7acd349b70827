/// Unix domain sockets of the kinds that NIO cannot open. Streams are left to NIO.
package vch.kernel.unix;
