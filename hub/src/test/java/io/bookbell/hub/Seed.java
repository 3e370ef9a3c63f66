package io.bookbell.hub;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The random seed of a test. It is printed, and {@code -Dseed=N} repeats it. */
final class Seed {
  private static final String PROPERTY = "seed";

  private final long value = Long.getLong(PROPERTY, System.nanoTime());

  Seed(Class<?> test) {
    System.out.println(test.getSimpleName() + ": -D" + PROPERTY + "=" + value);
  }

  /** Creates a generator, one per thread: the same number gives the same sequence. */
  RandomGenerator random(int number) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(value + number);
  }

  @Override
  public String toString() {
    return "seed " + value;
  }
}
