-- Active parts of tables that stay, with their size according to the engine: all files except those with metadata of the part.
SELECT table, name, path, rows, bytes_on_disk AS bytes, level, toUnixTimestamp(modification_time) AS modified
FROM {{system:parts}}
WHERE active AND database = {{database}} AND NOT startsWith(table, 'staged_')
