-- Proposes a salt. It comes as the body of the request, since the text of a statement stays in the server's query log.
INSERT INTO salts (day, proposed, salt)
SELECT {day:Date}, now64(3), salt FROM input('salt String')
