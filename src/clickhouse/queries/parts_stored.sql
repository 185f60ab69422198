-- Parts of a table: those that answers come from, and those that a newer one replaced and that are still on disk.
SELECT name, path, rows, bytes_on_disk AS bytes, active
FROM system.parts
WHERE database = currentDatabase() AND table = {table:String}
