/// System calls, one class per man page, and what they fail with. Sockets are in packages of their
/// own, by address family; entering a namespace is in `vch.kernel.netns`, because it is only safe
/// there.
package vch.kernel.libc;
