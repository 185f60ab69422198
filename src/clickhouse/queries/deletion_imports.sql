ALTER TABLE {{local:imports}} {{on_cluster}} DELETE WHERE batch IN {{batches}}
SETTINGS mutations_sync = {{mutations_sync}}
