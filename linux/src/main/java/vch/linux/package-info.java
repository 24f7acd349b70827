/// The engine's machine on Linux: turns steps into netlink messages and nft texts, and what the
/// kernel shows into machine objects. What should be there is decided in `vch.engine`; how the
/// kernel is spoken to is in `vch.kernel`.
package vch.linux;
