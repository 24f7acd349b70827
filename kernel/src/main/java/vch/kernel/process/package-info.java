/// Starting programs: what they are told, which descriptors they find, how they end.
package vch.kernel.process;
