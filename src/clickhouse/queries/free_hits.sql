-- There are no hits of that month. But whoever drops a partition also removes the parts that were replaced.
ALTER TABLE hits DROP PARTITION 190001
