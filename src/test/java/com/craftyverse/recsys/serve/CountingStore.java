package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A store that records its calls and can be made to fail.
public final class CountingStore {
  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final Map<String, Runnable> hooks = new ConcurrentHashMap<>();
  private final ObjectStore store;

  public CountingStore(ObjectStore backing) {
    this.store =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  if (arguments != null && arguments[0] instanceof String key) {
                    String name = key.substring(ObjectKeys.directoryOf(key).length());
                    calls.add(method.getName() + " " + name);
                    hooks.getOrDefault(name, () -> {}).run();
                    if (failing.contains(name)) {
                      throw new IOException("/secret/path/" + key + " cannot be read");
                    }
                  }
                  try {
                    return method.invoke(backing, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  public ObjectStore store() {
    return store;
  }

  /// Returns and clears the recorded calls: the method and the object's name without directories.
  public List<String> drainCalls() {
    List<String> drained = List.copyOf(calls);
    calls.clear();
    return drained;
  }

  public void fail(String name) {
    failing.add(name);
  }

  /// Runs a hook before each read of an object with this name.
  public void beforeEach(String name, Runnable hook) {
    hooks.put(name, hook);
  }

  public void reset() {
    hooks.clear();
    failing.clear();
  }
}
