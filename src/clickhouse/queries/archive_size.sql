SELECT sum(bytes_on_disk) AS bytes, sum(p.rows) AS rows
FROM {{system:parts}} AS p
WHERE active AND database = {{database}} AND table = '{{local:hits}}'
