bitXor(cityHash64(site), visitor)
