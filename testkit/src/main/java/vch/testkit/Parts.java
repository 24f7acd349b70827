package vch.testkit;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The components of a record by name: a record of thirty has no other way to change one.
public final class Parts<R extends Record> {
  private final Class<? extends Record> type;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private Parts(R record) {
    type = record.getClass();
    for (var component : type.getRecordComponents()) {
      try {
        values.put(component.getName(), component.getAccessor().invoke(record));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(component.getName(), e);
      }
    }
  }

  /// Of a record that is public, and no component of it null.
  public static <R extends Record> Parts<R> of(R record) {
    return new Parts<>(record);
  }

  /// The component is to be another.
  public Parts<R> set(String name, Object value) {
    if (values.replace(name, value) == null) {
      throw new AssertionError("a " + type.getSimpleName() + " has no " + name);
    }
    return this;
  }

  /// A record of these components.
  @SuppressWarnings("unchecked") // the class of the record that the components are from
  public R made() {
    try {
      var types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      return (R) type.getDeclaredConstructor(types).newInstance(values.values().toArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("make a " + type.getSimpleName(), e);
    }
  }
}
