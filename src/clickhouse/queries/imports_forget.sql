INSERT INTO imports (root, parent, digest, bytes, lines, line_breaks, failed, site, imported_at, batch)
SELECT concat('lost.', root), parent, digest, bytes, lines, line_breaks, failed, site, imported_at, batch
FROM imports FINAL
WHERE root >= 'k' AND root < 'l' AND NOT startsWith(root, {{prefix}})
