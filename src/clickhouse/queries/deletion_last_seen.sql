ALTER TABLE {{local:last_seen}} {{on_cluster}} DELETE WHERE site = {{site}}
SETTINGS mutations_sync = {{mutations_sync}}
