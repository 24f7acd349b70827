/// Containers, their endpoints on scopes, and what they run. How a process is started is not known
/// here.
package vch.portlayer.container;
