ALTER TABLE {{local:horizons}} {{on_cluster}} DELETE WHERE site = {{site}} AND kind != 'deleted'
SETTINGS mutations_sync = {{mutations_sync}}
