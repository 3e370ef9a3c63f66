-- Only nodes from before V26 polled by it; those of 0.2.0 poll by message.xid. Every inbox row had to ask for it.

-- [jooq ignore start]
ALTER TABLE inbox DROP COLUMN xid;
-- [jooq ignore stop]
