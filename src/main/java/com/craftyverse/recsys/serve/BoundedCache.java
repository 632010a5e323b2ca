package com.craftyverse.recsys.serve;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A least-recently-used cache with a maximum total weight. Thread-safe.
///
/// @param <K> the keys
/// @param <V> the values
final class BoundedCache<K, V> {
  private final Map<K, V> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final long capacity;
  private final ToLongFunction<V> weigher;
  private long weight;

  BoundedCache(long capacity, ToLongFunction<V> weigher) {
    this.capacity = capacity;
    this.weigher = weigher;
  }

  synchronized @Nullable V get(K key) {
    return entries.get(key);
  }

  /// Stores a value and evicts the least recently used ones.
  synchronized void put(K key, V value) {
    V previous = entries.put(key, value);
    weight += weigher.applyAsLong(value) - (previous == null ? 0 : weigher.applyAsLong(previous));
    Iterator<V> oldest = entries.values().iterator();
    while (weight > capacity && oldest.hasNext()) {
      weight -= weigher.applyAsLong(oldest.next());
      oldest.remove();
    }
  }
}
