package io.bookbell.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Loses, repeats and reorders what is published over another backplane. Any thread may publish;
 * this object's lock guards the changes held back.
 */
final class ShakyBackplane implements Backplane {
  private final Backplane sound;
  private final RandomGenerator random;
  private final List<List<Delivery>> heldBack = new ArrayList<>();

  ShakyBackplane(Backplane sound, RandomGenerator random) {
    this.sound = sound;
    this.random = random;
  }

  @Override
  public Subscription subscribe(String channel, Consumer<List<Delivery>> receiver) {
    return sound.subscribe(channel, receiver);
  }

  @Override
  public void publish(String channel, List<Delivery> change) {
    choose(change).forEach(chosen -> sound.publish(channel, chosen));
  }

  private synchronized List<List<Delivery>> choose(List<Delivery> change) {
    List<List<Delivery>> now = new ArrayList<>();
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        // lost
      }
      case 2, 3, 4 -> heldBack.add(change);
      case 5 -> now.addAll(List.of(change, change));
      default -> now.add(change);
    }
    while (!heldBack.isEmpty() && random.nextInt(3) == 0) {
      now.add(heldBack.remove(random.nextInt(heldBack.size())));
    }
    return now;
  }

  @Override
  public void presence(String channel, UserId user, boolean connected) {
    sound.presence(channel, user, connected);
  }

  @Override
  public void close() {
    sound.close();
  }
}
