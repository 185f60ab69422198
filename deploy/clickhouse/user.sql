-- A user for Hit Tracker that may do what it needs and nothing else. Run it as an administrator, with a password of your own.
CREATE DATABASE IF NOT EXISTS hits;
CREATE USER IF NOT EXISTS hit_tracker IDENTIFIED WITH sha256_password BY 'change-me' DEFAULT DATABASE hits;
-- Tables are made and brought up to date by the program itself, which drops those that its schema no longer has; purges
-- delete, and leave tables where they are.
GRANT SELECT, INSERT, CREATE TABLE, DROP TABLE, TRUNCATE, ALTER DELETE, ALTER COLUMN, ALTER SETTINGS ON hits.* TO hit_tracker;
-- Rows come as the body of a statement, by the table function input().
GRANT CREATE TEMPORARY TABLE ON *.* TO hit_tracker;
