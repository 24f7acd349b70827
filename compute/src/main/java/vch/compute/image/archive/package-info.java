/// Reading and writing the archives that images are made of: compression, layers unpacked without
/// leaving their directory, the files of `docker save`. Knows neither the store nor registries.
package vch.compute.image.archive;
