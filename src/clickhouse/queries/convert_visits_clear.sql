-- Begins a conversion again: what an earlier attempt left has no watermarks.
TRUNCATE TABLE {{local:visits}} {{on_cluster}}
