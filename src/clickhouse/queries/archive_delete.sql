-- Hits of a month go. A part is rewritten as a whole, or not.
ALTER TABLE hits DELETE IN PARTITION {{month}} WHERE {{which}}
SETTINGS mutations_sync = 1
