/// What is wanted, how it differs from what is, and the work between: the ledger, the compiler, the
/// planner, the reconciler and the lives of containers. Declares what it needs of a machine; knows
/// no netlink and no HTTP.
@org.jspecify.annotations.NullMarked
module vch.engine {
  requires static transitive org.jspecify;
  requires transitive vch.portlayer;
  requires java.sql;
  requires org.xerial.sqlitejdbc;
  requires tools.jackson.databind;

  exports vch.engine;
  exports vch.engine.desired;
  exports vch.engine.lease;
  exports vch.engine.ledger;
  exports vch.engine.plan;
  exports vch.engine.reconcile;
  exports vch.engine.machine;
  exports vch.engine.compute;
  exports vch.engine.event;
  exports vch.engine.lifecycle;
  exports vch.engine.health;
}
