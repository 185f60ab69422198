SELECT version() AS engine, (SELECT max(version) FROM migrations) AS schema
