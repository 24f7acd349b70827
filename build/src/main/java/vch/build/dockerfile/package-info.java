/// Dockerfiles: from text to stages of instructions, and the substitution of variables. Pure.
package vch.build.dockerfile;
