-- One mutation, which deletes the rows that existed when it began, and continues if the process dies. Partitions are not
-- dropped: hits of an old month may arrive at any moment.
ALTER TABLE {{local:hits}} {{on_cluster}} DELETE WHERE {{older}} AND {{covered}}
SETTINGS mutations_sync = {{mutations_sync}}
