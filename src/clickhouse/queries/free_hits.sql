-- No hits are in this month. But dropping a partition also removes the replaced parts.
ALTER TABLE {{local:hits}} {{on_cluster}} DROP PARTITION 190001
