ALTER TABLE {{local:imports}} {{on_cluster}} DELETE WHERE root >= 'k' AND root < 'l' AND NOT startsWith(root, {{prefix}})
SETTINGS mutations_sync = {{mutations_sync}}
