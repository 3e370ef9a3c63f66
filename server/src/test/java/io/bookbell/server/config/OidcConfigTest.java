package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.OidcConfig.AutoJoin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of OpenID Connect providers. */
class OidcConfigTest {
  @TempDir Path folder;

  private List<OidcConfig> read(Map<String, String> environment) {
    Path file = folder.resolve("bookbell.properties");
    return ServerConfigReader.readConfig(environment, file, folder).providers();
  }

  @Test
  void severalProvidersAreReadFromEnvironmentAndFile() throws IOException {
    Files.writeString(
        folder.resolve("bookbell.properties"),
        "BOOKBELL_OIDC_3_ISSUER=https://three.test\nBOOKBELL_OIDC_3_CLIENT_ID=books\n");
    List<OidcConfig> providers =
        read(
            Map.of(
                "BOOKBELL_OIDC_ISSUER", "https://id.test/realm",
                "BOOKBELL_OIDC_CLIENT_ID", "bookbell",
                "BOOKBELL_OIDC_CLIENT_SECRET", "hush",
                "BOOKBELL_OIDC_NAME", "Our ID",
                "BOOKBELL_OIDC_SCOPES", "openid  email",
                "BOOKBELL_OIDC_AUTO_JOIN", "1:3"));

    assertThat(providers).extracting(OidcConfig::id).containsExactly("1", "3");
    assertThat(providers.getFirst().scopes()).containsExactly("openid", "email");
    assertThat(providers.getFirst().autoJoin()).contains(new AutoJoin(1, 3));
    assertThat(providers.getFirst().toString()).doesNotContain("hush");
    assertThat(providers.getLast().name()).isEqualTo("three.test");
    assertThat(providers.getLast().clientSecret()).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BOOKBELL_OIDC_2_ISSUER    | http://id.test      | https://id.example
          BOOKBELL_OIDC_2_ISSUER    | http://my_id:8080   | https://id.example
          BOOKBELL_OIDC_2_CLIENT_ID | ''                  | the client's id
          BOOKBELL_OIDC_2_SCOPES    | email               | openid among them
          BOOKBELL_OIDC_2_AUTO_JOIN | Reading             | such as 1:3
          BOOKBELL_OIDC_2_ISSUER    | https://id.test     | another issuer
          BOOKBELL_OIDC_3_NAME      | Three               | BOOKBELL_OIDC_3_ISSUER
          """)
  void aWrongSettingIsNamed(String variable, String value, String expected) {
    var environment =
        new HashMap<>(
            Map.of(
                "BOOKBELL_OIDC_ISSUER", "https://id.test",
                "BOOKBELL_OIDC_CLIENT_ID", "one",
                "BOOKBELL_OIDC_2_ISSUER", "https://two.test",
                "BOOKBELL_OIDC_2_CLIENT_ID", "two"));
    environment.put(variable, value);

    assertThatThrownBy(() -> read(environment))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(variable)
        .hasMessageContaining(expected);
  }
}
