package io.bookbell.bench.start;

/** The least that Java can do. */
public final class Hello {
  private Hello() {}

  public static void main(String... arguments) {
    System.out.println("hello");
  }
}
