-- Watermarks stay, and so do the hours that live counts are restored from.
ALTER TABLE rollups DELETE WHERE by NOT IN ('@', 'hour') AND {{older}}
SETTINGS mutations_sync = 1
