-- Deletes hits of a batch that is not in the ledger: they are not what was sent, and the batch is sent again.
ALTER TABLE {{local:hits}} {{on_cluster}} DELETE WHERE batch = {{batch}}
SETTINGS mutations_sync = {{mutations_sync}}
