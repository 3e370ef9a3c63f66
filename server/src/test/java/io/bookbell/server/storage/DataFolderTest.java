package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.setup.NativeLibraries;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataFolderTest {
  @TempDir Path folder;

  @Test
  void nobodyElseMayReadANewOne() throws IOException {
    Path data = folder.resolve("new/data");

    assertThat(permissionsWhileOpen(data))
        .containsEntry(".", "rwx------")
        .containsEntry("bookbell.db", "rw-------")
        .containsEntry("bookbell.db-wal", "rw-------")
        .containsEntry("bookbell.db-shm", "rw-------")
        .containsEntry("bookbell.lock", "rw-------");
  }

  @Test
  void anOlderOneIsClosedToOthers() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    permissionsWhileOpen(data);
    allow(data, "rwxr-xr-x");
    allow(data.resolve("bookbell.db"), "rw-r--r--");
    allow(data.resolve("bookbell.lock"), "rw-rw-rw-");

    assertThat(permissionsWhileOpen(data).values()).containsOnly("rwx------", "rw-------");
  }

  @Test
  void aFolderThatServesOthersTooStaysOpenButNotTheFiles() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createDirectory(data.resolve("somebody else's"));
    allow(data, "rwxr-xr-x");

    assertThat(permissionsWhileOpen(data))
        .containsEntry(".", "rwxr-xr-x")
        .containsEntry("bookbell.db", "rw-------");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("data"));

    assertThatThrownBy(() -> DataFolder.prepareFolder(file, "bookbell.db"))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is not a folder");
  }

  @ParameterizedTest
  @CsvSource({
    "nfs, true", "nfs4, true", "cifs, true", "smb3, true", "9p, true", "fuse.sshfs, true",
        "CEPH, true",
    "ext4, false", "xfs, false", "btrfs, false", "zfs, false", "overlay, false", "tmpfs, false",
        "fuseblk, false"
  })
  void networkFileSystemsAreRecognized(String type, boolean network) {
    assertThat(DataFolder.isNetwork(type)).isEqualTo(network);
  }

  @Test
  void theMountOfAFolderSaysWhetherProgramsRunThere() {
    List<String> mounts =
        List.of(
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
            "30 22 0:26 / /tmp rw,nosuid,nodev,noexec shared:2 - tmpfs tmpfs rw",
            "31 30 0:27 / /tmp/a\\040b rw,nosuid shared:3 - tmpfs tmpfs rw");

    assertThat(NativeLibraries.isNoexec("/tmp", mounts)).isTrue();
    assertThat(NativeLibraries.isNoexec("/tmp/x/y", mounts)).isTrue();
    assertThat(NativeLibraries.isNoexec("/tmp/a b/c", mounts)).isFalse();
    assertThat(NativeLibraries.isNoexec("/tmpx", mounts)).isFalse();
    assertThat(NativeLibraries.isNoexec("/", mounts)).isFalse();
  }

  private static void allow(Path place, String permissions) throws IOException {
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(permissions));
  }

  private static Map<String, String> permissionsWhileOpen(Path data) throws IOException {
    try (var stored = OpenDatabase.forServing(new StorageConfig.SqliteConfig(data));
        var files = Files.list(data)) {
      stored.database().read(tx -> tx.query("SELECT 1 AS one").exists()).join();
      var permissions = new TreeMap<String, String>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        permissions.put(file.getFileName().toString(), permissions(file));
      }
      permissions.put(".", permissions(data));
      return permissions;
    }
  }

  private static String permissions(Path place) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(place));
  }
}
