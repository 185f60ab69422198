-- Chunks of logs, one JSON object each.
INSERT INTO imports (root, parent, digest, bytes, lines, line_breaks, failed, site, batch)
SELECT root, parent, digest, bytes, lines, line_breaks, failed, site, {batch:UInt64}
FROM format(JSONEachRow, 'root String, parent String, digest String, bytes UInt64, lines UInt64, line_breaks UInt64, failed UInt64, site String', {notes:String})
