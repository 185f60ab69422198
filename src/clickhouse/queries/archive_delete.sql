-- Removes hits of a month. Each part is rewritten as a whole or not at all.
ALTER TABLE hits DELETE IN PARTITION {{month}} WHERE {{which}}
SETTINGS mutations_sync = 1
