package io.bookbell.bench.start;

/** The smallest Java program, as a baseline for start-up times. */
public final class Hello {
  private Hello() {}

  public static void main(String... arguments) {
    System.out.println("hello");
  }
}
