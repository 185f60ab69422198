-- One mutation, which continues if the process dies.
ALTER TABLE {{local:hits}} {{on_cluster}} DELETE WHERE {{gone}}
SETTINGS mutations_sync = {{mutations_sync}}
