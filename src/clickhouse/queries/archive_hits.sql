-- Live and archived hits as one table. Of the days that are in the archive, `hits` counts with what is not in it.
(
    SELECT {{columns}} FROM hits WHERE NOT ({{during}})
    UNION ALL
    SELECT {{columns}} FROM hits WHERE {{during}} AND NOT {{archived}}
    UNION ALL
    SELECT {{columns}} FROM {{files}}
)
