ALTER TABLE {{local:visits}} {{on_cluster}} DELETE WHERE site = {{site}}
SETTINGS mutations_sync = {{mutations_sync}}
