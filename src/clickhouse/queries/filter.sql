{{chosen}}
    AND {{counted}}
