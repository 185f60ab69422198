-- What of a batch is there that is not in the ledger: it is not what was sent, and comes again.
ALTER TABLE hits DELETE WHERE batch = {{batch}}
SETTINGS mutations_sync = 1
