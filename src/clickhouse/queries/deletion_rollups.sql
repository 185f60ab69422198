ALTER TABLE {{local:rollups}} {{on_cluster}} DELETE WHERE site = {{site}} AND by != '@'
SETTINGS mutations_sync = {{mutations_sync}}
