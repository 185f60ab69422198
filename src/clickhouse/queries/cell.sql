toUInt16(bitOr(
    bitShiftLeft(bitCount(bitXor(
        bitOr(bitShiftRight(cityHash64(site, visitor) AS hash, 12), 32768) AS zeros, zeros - 1)) - 1, 12),
    bitAnd(hash, 4095)))
