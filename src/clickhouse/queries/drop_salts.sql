-- Destroys the salts of a day.
ALTER TABLE {{local:salts}} {{on_cluster}} DROP PARTITION {day:String}
