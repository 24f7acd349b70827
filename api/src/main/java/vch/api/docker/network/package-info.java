/// Docker's network routes: scopes shown as networks. What is allowed is decided by the rules of
/// scopes and endpoints.
package vch.api.docker.network;
