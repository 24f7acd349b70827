/// The complete route table of the Docker API of a VCH. Read this to see what is offered.
package vch.api.docker.table;
