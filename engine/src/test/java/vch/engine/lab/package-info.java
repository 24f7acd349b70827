/// What the compiled objects do with real packets, brought into throw-away namespaces by ip(8) and
/// nft(8).
package vch.engine.lab;
