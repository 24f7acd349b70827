/// Names: which addresses a container gets when it asks for a name. Pure look-up over the image;
/// the DNS protocol is elsewhere.
package vch.portlayer.name;
