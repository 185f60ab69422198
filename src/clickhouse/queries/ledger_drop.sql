-- Deletes the batches that a floor stands for.
ALTER TABLE batches DELETE WHERE {{predicate}}
SETTINGS mutations_sync = 1
