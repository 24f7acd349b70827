/// Network namespaces: making them, keeping them by bind mounts, and opening things inside them
/// without staying there. What is done inside (links, rules) is in other packages.
package vch.kernel.netns;
