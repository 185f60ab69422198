-- Destroys the salts of a day.
ALTER TABLE salts DROP PARTITION {day:String}
