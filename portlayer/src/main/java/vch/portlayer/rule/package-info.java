/// What may happen and what follows from it: each rule looks at the image and returns changes and a
/// reply, or refuses. Ids, times and chance come in with the command; nothing here asks for them.
package vch.portlayer.rule;
