-- The twin of postgresql/V18__shared_counter.sql.
-- The counter that a consumption was also taken from, and a refund also given back to: 'legacy' is that of the replaced system, while
-- both systems serve. NULL: Bookbell's own alone.
ALTER TABLE quota_ledger ADD COLUMN counter VARCHAR(6) CHECK (counter = 'legacy');
