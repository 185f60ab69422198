/**
 * The number of visitors under which a bitmap is most likely.
 *
 * With u = columns / visitors, the likelihood is greatest where
 *
 *     Σ setₖ · pₖ / (exp(pₖ/u) − 1)  =  Σ (columns − setₖ) · pₖ
 *
 * The left side rises with u and is convex (its slope is Σ setₖ · (y / sinh y)², y = pₖ/2u), and from
 * z / (exp z − 1) ≥ 1 − z/2 follows a u that is not below the solution. From there Newton's steps go down to it
 * and never pass it: no bracket is needed, and 12 steps suffice for 10¹¹ visitors.
 *
 * @param setByRank for each rank the number of columns whose bit is set
 * @returns visitors, not rounded; if every bit is set, the result as if the last one were not
 */
export function mostLikelyCount(setByRank: ArrayLike<number>, columns: number): number {
  const last = setByRank.length - 1;
  let set = 0;
  let setShare = 0;
  for (let rank = 0; rank <= last; rank++) {
    set += setByRank[rank]!;
    setShare += setByRank[rank]! * shareOf(rank, last);
  }
  const unsetShare = columns - setShare;
  if (set === 0) return 0;
  if (unsetShare === 0) {
    return mostLikelyCount([...Array.from(setByRank).slice(0, last), columns - 1], columns);
  }

  let u = (unsetShare + setShare / 2) / set;
  for (let step = 0; step < 64; step++) {
    let excess = -unsetShare;
    let slope = 0;
    for (let rank = 0; rank <= last; rank++) {
      const y = shareOf(rank, last) / (2 * u);
      excess += (setByRank[rank]! * shareOf(rank, last)) / Math.expm1(2 * y);
      slope += setByRank[rank]! * (y / Math.sinh(y)) ** 2;
    }
    const down = excess / slope;
    if (!(down > u * 1e-9)) break;
    u -= down;
  }
  return columns / u;
}

/** The share of visitors that have a rank: halves, and the last rank takes the remainder. */
function shareOf(rank: number, last: number): number {
  return 2 ** -Math.min(rank + 1, last);
}
