/// Refusals by meaning. Status numbers belong to the personalities.
package vch.portlayer.refusal;
