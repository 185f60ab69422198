-- By one mutation, which takes the rows that were there when it began, and goes on if the process dies meanwhile. Not by
-- dropping partitions: hits of an old month may come at any moment.
ALTER TABLE hits DELETE WHERE {{older}} AND {{covered}}
SETTINGS mutations_sync = 1
