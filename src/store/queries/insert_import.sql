INSERT INTO imports (parent, digest, bytes, lines, failed, site, file)
SELECT {parent:String}, {digest:String}, {bytes:UInt64}, {lines:UInt64}, {failed:UInt64}, {site:String}, {file:String}
