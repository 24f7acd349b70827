package vch.portlayer.rule;

import java.math.BigInteger;
import vch.portlayer.address.Range;
import vch.portlayer.scope.Scope;

/// How full a pool is from which a scope gives dynamic addresses.
///
/// @param size addresses of hosts in it
/// @param taken those of them that are not free
public record PoolUse(Scope scope, Range range, BigInteger size, BigInteger taken) {
  public BigInteger free() {
    return size.subtract(taken);
  }
}
