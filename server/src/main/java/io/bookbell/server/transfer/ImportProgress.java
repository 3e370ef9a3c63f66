package io.bookbell.server.transfer;

/** Shows how far an import or export is. Called on the transaction's thread. */
public interface ImportProgress {
  ImportProgress NONE =
      new ImportProgress() {
        @Override
        public void begin(String step, long rows) {}

        @Override
        public void advance(long rows) {}

        @Override
        public void end() {}
      };

  /** A step begins. */
  void begin(String step, long rows);

  /** More rows of the step are done. */
  void advance(long rows);

  /** The step is done. */
  void end();
}
