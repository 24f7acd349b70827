/// nftables of one network namespace: whole tables as text through nft(8), elements of sets and
/// maps and everything that is read by nfnetlink. What the rules are for is not known here.
package vch.kernel.nft;
