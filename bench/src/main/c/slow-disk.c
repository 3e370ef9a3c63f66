/* Simulates a slower disk: preloaded into a process (LD_PRELOAD), it delays each fsync by SLOW_DISK_MICROS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int slowly(const char *name, int file) {
  int (*call)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const char *told = getenv("SLOW_DISK_MICROS");
  long micros = told ? atol(told) : 0;
  struct timespec time = {micros / 1000000, micros % 1000000 * 1000};
  nanosleep(&time, NULL);
  return call(file);
}

int fsync(int file) {
  return slowly("fsync", file);
}

int fdatasync(int file) {
  return slowly("fdatasync", file);
}
