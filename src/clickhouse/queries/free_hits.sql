-- No hits are in this month. But dropping a partition also removes the replaced parts.
ALTER TABLE hits DROP PARTITION 190001
