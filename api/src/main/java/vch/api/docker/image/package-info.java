/// Docker's image routes. How images are fetched, kept and taken apart is not known here.
package vch.api.docker.image;
