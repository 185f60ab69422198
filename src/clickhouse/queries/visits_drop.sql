-- Visits of a site that start in a period, and the states that they had before.
ALTER TABLE {{local:visits}} {{on_cluster}} DELETE WHERE site = {{site}} AND start >= {{from}} AND start < {{to}}
SETTINGS mutations_sync = {{mutations_sync}}
