-- Watermarks stay. A state of a visit that a later one replaced ends no later, so it does not stay behind.
ALTER TABLE {{local:visits}} {{on_cluster}} DELETE WHERE site != '' AND {{older}}
SETTINGS mutations_sync = {{mutations_sync}}
