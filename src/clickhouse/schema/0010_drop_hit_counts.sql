-- The rollups have the hours now, and the conversion no longer needs its receipts.
DROP TABLE IF EXISTS hit_counts {{on_cluster}};
{{#cluster}}
DROP TABLE IF EXISTS {{local:hit_counts}} {{on_cluster}};
{{/cluster}}
ALTER TABLE {{local:rollups}} {{on_cluster}} DELETE WHERE by = '@' AND mark = 0
SETTINGS mutations_sync = {{mutations_sync}};
