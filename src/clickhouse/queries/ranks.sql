arrayMap(mask -> bitmapAndCardinality(cells, mask),
    arrayMap(rank -> bitmapBuild(arrayMap(column -> toUInt16(rank * 4096 + column), range(4096))), range(16)))
