-- Live and archived hits as one table. On archived days, `hits` contributes only hits that are not in the archive.
(
    SELECT {{columns}} FROM hits WHERE NOT ({{during}})
    UNION ALL
    SELECT {{columns}} FROM hits WHERE {{during}} AND NOT {{archived}}
    UNION ALL
    SELECT {{archived_columns}} FROM {{files}} AS f
)
