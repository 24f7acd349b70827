/// Who reaches whom: the image is asked, and answers with the rules that decide. It follows a
/// packet as the rules and routes that the engine makes of the image would lead it.
package vch.portlayer.reach;
