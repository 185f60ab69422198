-- Chunks of logs whose digests have no key: those begin with a hexadecimal digit.
SELECT root, parent, digest, toString(i.bytes) AS bytes, toString(i.lines) AS lines, toString(i.line_breaks) AS line_breaks,
    toString(i.failed) AS failed, site, toString(i.imported_at) AS imported_at, toString(i.batch) AS batch
FROM imports AS i FINAL
WHERE root < 'g' AND (root, parent, digest) > ({{after}})
ORDER BY root, parent, digest
LIMIT {{most}}
