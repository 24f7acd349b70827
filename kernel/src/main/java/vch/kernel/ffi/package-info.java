/// How a C function of libc is called. Which functions there are, and what they mean, is in
/// `vch.kernel.libc` and the other packages of this module; nothing here, and no memory segment,
/// leaves the module.
package vch.kernel.ffi;
