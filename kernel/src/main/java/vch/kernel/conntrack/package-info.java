/// Connection tracking of one network namespace, by ctnetlink.
package vch.kernel.conntrack;
