/// Reading archives that strangers made.
@org.jspecify.annotations.NullMarked
module vch.archive {
  requires static transitive org.jspecify;
  requires transitive org.apache.commons.compress;
  requires org.tukaani.xz;
  requires com.github.luben.zstd_jni;

  exports vch.archive;
}
