ALTER TABLE {{local:imports}} {{on_cluster}} DELETE WHERE root < 'g'
SETTINGS mutations_sync = {{mutations_sync}}
