(SELECT *, toUInt32(1 + rowNumberInAllBlocks()) AS row FROM {{rows}} WHERE site != '')
