-- Deletes the batches that a floor stands for.
ALTER TABLE {{local:batches}} {{on_cluster}} DELETE WHERE {{predicate}}
SETTINGS mutations_sync = {{mutations_sync}}
