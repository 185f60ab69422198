-- Removes hits of a month. Each part is rewritten as a whole or not at all.
ALTER TABLE {{local:hits}} {{on_cluster}} DELETE IN PARTITION {{month}} WHERE {{predicate}}
SETTINGS mutations_sync = {{mutations_sync}}
