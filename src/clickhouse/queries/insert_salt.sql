-- Proposes a salt. It is in the request body, because the text of a statement stays in the server's query log.
INSERT INTO salts (day, proposed, salt)
SELECT {day:Date}, now64(3), salt FROM input('salt String')
