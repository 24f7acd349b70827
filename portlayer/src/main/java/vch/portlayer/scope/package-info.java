/// Scopes: the networks of a VCH. "Network" is the Docker personality's word.
package vch.portlayer.scope;
