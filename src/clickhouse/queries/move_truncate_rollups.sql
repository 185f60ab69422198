TRUNCATE TABLE {{local:rollups}} {{on_cluster}}
