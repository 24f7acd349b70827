/// DHCP on behalf of containers that cannot speak for themselves.
package vch.services.dhcp;
