-- Parts that answers come from, with what the engine knows of their size: of all files but those that tell of the part itself.
SELECT table, name, path, rows, bytes_on_disk AS bytes, level, toUnixTimestamp(modification_time) AS modified
FROM system.parts
WHERE active AND database = currentDatabase()
