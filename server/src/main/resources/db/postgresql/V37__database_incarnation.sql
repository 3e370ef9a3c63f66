-- What identified the database when a server last started on it: on PostgreSQL the server, the timeline, the database and this table;
-- on SQLite the mark beside the file. A database that was put back has another one.
ALTER TABLE installation ADD COLUMN incarnation VARCHAR(200) NOT NULL DEFAULT '';
