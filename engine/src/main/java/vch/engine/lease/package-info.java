/// What the engine needs of whatever leases addresses: DHCP clients that outlive the daemon.
package vch.engine.lease;
