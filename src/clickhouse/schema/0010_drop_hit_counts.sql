-- Hours are in the rollups now, and receipts of the conversion are not needed any more.
DROP TABLE IF EXISTS hit_counts;
ALTER TABLE rollups DELETE WHERE by = '@' AND mark = 0
SETTINGS mutations_sync = 1;
