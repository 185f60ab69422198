-- Watermarks stay, and so do the hours that live counts are restored from.
ALTER TABLE {{local:rollups}} {{on_cluster}} DELETE WHERE by NOT IN ('@', 'hour') AND {{older}}
SETTINGS mutations_sync = {{mutations_sync}}
