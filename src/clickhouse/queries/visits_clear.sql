-- Empties the table: what an interrupted conversion or move left has no watermarks.
TRUNCATE TABLE {{local:visits}} {{on_cluster}}
