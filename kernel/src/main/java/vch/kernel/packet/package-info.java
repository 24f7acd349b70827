/// Whole Ethernet frames, as they go over a link: packet(7).
package vch.kernel.packet;
