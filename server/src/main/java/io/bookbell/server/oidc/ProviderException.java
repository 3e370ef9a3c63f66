package io.bookbell.server.oidc;

/** A provider can't be reached, or says something that must not be trusted. */
final class ProviderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean isAway;

  private ProviderException(String message, boolean isAway) {
    super(message);
    this.isAway = isAway;
  }

  /** The provider doesn't answer, or not as a provider does. */
  static ProviderException unavailable(String message) {
    return new ProviderException(message, true);
  }

  /** The provider refuses the sign-in, or its answer isn't valid. */
  static ProviderException refused(String message) {
    return new ProviderException(message, false);
  }

  /** The code of the refusal that people see. */
  String refusalCode() {
    return isAway ? "provider_unavailable" : "provider_refused";
  }
}
