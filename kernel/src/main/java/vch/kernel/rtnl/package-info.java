/// Links, addresses and routes of one network namespace, rtnetlink(7). Which of them are whose is
/// not known here.
package vch.kernel.rtnl;
