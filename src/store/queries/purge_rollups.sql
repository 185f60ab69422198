-- The marks among them stay.
ALTER TABLE rollups DELETE WHERE by != '@' AND {{older}}
SETTINGS mutations_sync = 1
