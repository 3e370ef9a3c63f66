package io.bookbell.server.passkey;

import static java.util.Objects.requireNonNull;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.CollectedClientData;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.util.exception.WebAuthnException;
import io.bookbell.server.http.Problem;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.passkey.PasskeyStore.NewPasskey;
import io.bookbell.server.passkey.PasskeyStore.StoredPasskey;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks what authenticators have signed, with WebAuthn4J. Any attestation is accepted, because it
 * doesn't matter who made a device. Its first use loads the library, so it must not happen on an
 * event loop. Thread-safe.
 */
final class PasskeyVerifier {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** In the order in which we prefer them: Ed25519, P-256, RSA. */
  static final List<COSEAlgorithmIdentifier> ALGORITHMS =
      List.of(
          COSEAlgorithmIdentifier.EdDSA,
          COSEAlgorithmIdentifier.ES256,
          COSEAlgorithmIdentifier.RS256);

  private final ObjectConverter converter = new ObjectConverter();
  private final WebAuthnManager manager = WebAuthnManager.createNonStrictWebAuthnManager(converter);
  private final AttestedCredentialDataConverter credentials =
      new AttestedCredentialDataConverter(converter);

  /** A new passkey's response, not verified yet. */
  record Registration(RegistrationData data, String challenge) {}

  /** The response to a sign-in, not verified yet. */
  record Assertion(AuthenticationData data, String credentialId, String challenge) {}

  /**
   * Parses the response to the creation of a passkey.
   *
   * @throws Problem 400
   */
  Registration parseRegistration(String json) {
    return parse(
        () -> {
          RegistrationData data = manager.parseRegistrationResponseJSON(json);
          return new Registration(data, challengeOf(data.getCollectedClientData()));
        });
  }

  /**
   * Parses the response to a sign-in.
   *
   * @throws Problem 400
   */
  Assertion parseAssertion(String json) {
    return parse(
        () -> {
          AuthenticationData data = manager.parseAuthenticationResponseJSON(json);
          return new Assertion(
              data,
              ENCODER.encodeToString(data.getCredentialId()),
              challengeOf(data.getCollectedClientData()));
        });
  }

  private static String challengeOf(@Nullable CollectedClientData clientData) {
    return ENCODER.encodeToString(requireNonNull(clientData).getChallenge().getValue());
  }

  private static <T> T parse(Supplier<T> work) {
    try {
      return work.get();
    } catch (WebAuthnException | IllegalArgumentException | NullPointerException e) {
      throw Problem.validationFailed(
          "credential", "must be the PublicKeyCredential of a passkey, as JSON");
    }
  }

  /**
   * Verifies a new passkey.
   *
   * @param origin of the page that asked for it
   * @throws Problem 403 if it isn't valid
   */
  NewPasskey verify(Registration registration, String name, WebOrigin origin) {
    var parameters =
        new RegistrationParameters(
            toServerProperty(origin, registration.challenge),
            ALGORITHMS.stream()
                .map(
                    algorithm ->
                        new PublicKeyCredentialParameters(
                            PublicKeyCredentialType.PUBLIC_KEY, algorithm))
                .toList(),
            true,
            true);
    try {
      manager.verify(registration.data, parameters);
    } catch (WebAuthnException e) {
      throw refused();
    }
    var authenticatorData =
        requireNonNull(registration.data.getAttestationObject()).getAuthenticatorData();
    var credential = requireNonNull(authenticatorData.getAttestedCredentialData());
    return new NewPasskey(
        name,
        ENCODER.encodeToString(credential.getCredentialId()),
        ENCODER.encodeToString(credentials.convert(credential)),
        authenticatorData.getSignCount());
  }

  /**
   * Verifies a sign-in.
   *
   * @return what the authenticator has counted
   * @throws Problem 403 if it isn't valid
   */
  long verify(Assertion assertion, StoredPasskey passkey, WebOrigin origin) {
    var known =
        new CredentialRecordImpl(
            new NoneAttestationStatement(),
            null,
            null,
            null,
            passkey.signCount(),
            credentials.convert(Base64.getUrlDecoder().decode(passkey.credential())),
            null,
            null,
            null,
            null);
    var parameters =
        new AuthenticationParameters(
            toServerProperty(origin, assertion.challenge), known, null, true, true);
    try {
      manager.verify(assertion.data, parameters);
    } catch (WebAuthnException e) {
      throw refused();
    }
    return requireNonNull(assertion.data.getAuthenticatorData()).getSignCount();
  }

  /** The challenge has been found in the store, so the response may say which one it is. */
  private static ServerProperty toServerProperty(WebOrigin origin, String challenge) {
    return ServerProperty.builder()
        .origin(new Origin(origin.toString()))
        .rpId(origin.host())
        .challenge(new DefaultChallenge(challenge))
        .build();
  }

  static Problem refused() {
    return Problem.of(403, "passkey_refused", "Not allowed", "This passkey is not valid here.");
  }
}
