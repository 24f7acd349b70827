/// What happened, for who wants to know. Not durable.
package vch.engine.event;
