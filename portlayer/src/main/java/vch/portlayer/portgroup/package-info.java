/// Port groups: the L2 segments of the machine. How a segment is made of links is not known here.
package vch.portlayer.portgroup;
