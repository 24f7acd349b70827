/// DHCP for endpoints: client processes that outlive the daemon, with the script that they run, and
/// leases given back on behalf of containers that cannot speak for themselves.
package vch.services.dhcp;
