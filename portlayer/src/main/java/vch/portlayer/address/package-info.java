/// Addresses and blocks of addresses, neutral to the family. Who holds an address is not known
/// here.
package vch.portlayer.address;
