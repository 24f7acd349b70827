/// Virtual container hosts, their roles and NICs. Their scopes and containers refer to them by id.
package vch.portlayer.vch;
