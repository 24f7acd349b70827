package vch.kernel.nft;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import vch.kernel.netlink.Attributes;
import vch.kernel.netlink.Message;
import vch.kernel.nft.SetElement.Field;

/// Elements on the wire. There are three ways, by the kind of set:
/// - plain: KEY, and DATA for maps;
/// - intervals of concatenations (pipapo): KEY and KEY_END hold the first and the last value of
///   each field;
/// - intervals of one field (rbtree): two elements, the first value, and the one after the last
///   with INTERVAL_END.
///
/// Each field of a concatenation is padded at its end to 4 bytes; a single field is not padded.
final class ElementCodec {
  private ElementCodec() {}

  /// Writes what stands for the element in NFTA_SET_ELEM_LIST_ELEMENTS.
  ///
  /// @param withData false to remove it
  static void write(Message message, SetInfo set, SetElement element, boolean withData) {
    boolean concatenated = element.key().size() > 1;
    var first = join(element.key(), false, concatenated);
    var last = join(element.key(), true, concatenated);
    var data = join(element.data(), false, element.data().size() > 1);
    boolean pipapo = set.isInterval() && concatenated;
    message.nest(
        Nf.NFTA_LIST_ELEM,
        e -> {
          value(e, Nf.NFTA_SET_ELEM_KEY, first);
          if (pipapo) {
            value(e, Nf.NFTA_SET_ELEM_KEY_END, last);
          }
          if (withData && data.length > 0) {
            value(e, Nf.NFTA_SET_ELEM_DATA, data);
          }
        });
    if (set.isInterval() && !concatenated && !isHighest(last)) {
      message.nest(
          Nf.NFTA_LIST_ELEM,
          e -> {
            e.attributeBe32(Nf.NFTA_SET_ELEM_FLAGS, Nf.NFT_SET_ELEM_INTERVAL_END);
            value(e, Nf.NFTA_SET_ELEM_KEY, next(last));
          });
    }
  }

  private static void value(Message message, int attribute, byte[] bytes) {
    message.nest(attribute, d -> d.attribute(Nf.NFTA_DATA_VALUE, bytes));
  }

  private static byte[] join(List<Field> fields, boolean last, boolean padded) {
    var out = new ByteArrayOutputStream();
    for (var field : fields) {
      out.writeBytes(last ? field.last() : field.first());
      while (padded && out.size() % 4 != 0) {
        out.write(0);
      }
    }
    return out.toByteArray();
  }

  /// True when no key comes twice.
  static boolean areDistinct(List<Attributes> raw) {
    var keys = new HashSet<ByteBuffer>();
    return raw.stream().allMatch(e -> keys.add(ByteBuffer.wrap(value(e, Nf.NFTA_SET_ELEM_KEY))));
  }

  /// Reads all elements of a set from the lists that a dump brought. Elements of other kinds
  /// (verdicts, objects) are left out.
  static List<SetElement> read(SetInfo set, List<Attributes> raw) {
    if (set.isInterval() && set.keyTypes().size() == 1) {
      return readTree(set, raw);
    }
    var out = new ArrayList<SetElement>(raw.size());
    for (var element : raw) {
      var first = value(element, Nf.NFTA_SET_ELEM_KEY);
      if (first.length > 0) {
        var last = value(element, Nf.NFTA_SET_ELEM_KEY_END);
        out.add(
            new SetElement(
                split(set.keyTypes(), first, last.length == 0 ? first : last), data(set, element)));
      }
    }
    return out;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Bound(byte[] key, boolean end, List<Field> data) {}

  private static List<SetElement> readTree(SetInfo set, List<Attributes> raw) {
    var bounds = new ArrayList<Bound>();
    for (var element : raw) {
      boolean end =
          (element.be32(Nf.NFTA_SET_ELEM_FLAGS).orElse(0) & Nf.NFT_SET_ELEM_INTERVAL_END) != 0;
      bounds.add(
          new Bound(
              value(element, Nf.NFTA_SET_ELEM_KEY), end, end ? List.of() : data(set, element)));
    }
    bounds.sort(
        Comparator.comparing(Bound::key, Arrays::compareUnsigned).thenComparing(b -> !b.end()));
    var out = new ArrayList<SetElement>();
    for (int i = 0; i < bounds.size(); i++) {
      var bound = bounds.get(i);
      if (!bound.end()) {
        var last =
            i + 1 < bounds.size() ? previous(bounds.get(i + 1).key()) : highest(bound.key().length);
        out.add(new SetElement(List.of(new Field(bound.key(), last)), bound.data()));
      }
    }
    return out;
  }

  private static List<Field> data(SetInfo set, Attributes element) {
    var bytes = value(element, Nf.NFTA_SET_ELEM_DATA);
    return bytes.length == 0 ? List.of() : split(set.dataTypes(), bytes, bytes);
  }

  private static byte[] value(Attributes element, int attribute) {
    return element.nested(attribute).bytes(Nf.NFTA_DATA_VALUE).orElseGet(() -> new byte[0]);
  }

  private static List<Field> split(List<FieldType> types, byte[] first, byte[] last) {
    var out = new ArrayList<Field>();
    int at = 0;
    for (var type : types) {
      int to = Math.min(at + type.bytes(), first.length);
      out.add(new Field(Arrays.copyOfRange(first, at, to), Arrays.copyOfRange(last, at, to)));
      at = (to + 3) & ~3;
    }
    return out;
  }

  private static boolean isHighest(byte[] key) {
    return Arrays.equals(key, highest(key.length));
  }

  private static byte[] highest(int bytes) {
    var out = new byte[bytes];
    Arrays.fill(out, (byte) 0xff);
    return out;
  }

  private static byte[] next(byte[] key) {
    var out = key.clone();
    int i = out.length - 1;
    while (i >= 0 && ++out[i] == 0) { // carry
      i--;
    }
    return out;
  }

  private static byte[] previous(byte[] key) {
    var out = key.clone();
    int i = out.length - 1;
    while (i >= 0 && out[i]-- == 0) { // borrow
      i--;
    }
    return out;
  }
}
