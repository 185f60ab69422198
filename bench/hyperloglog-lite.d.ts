/** A HyperLogLog from npm without types. */
declare module 'hyperloglog-lite' {
  type Hash = readonly [number, number, number, number];
  interface HyperLogLog {
    add(hash: Hash): HyperLogLog;
    count(): number;
  }
  function create(bits: number): HyperLogLog;
  namespace create {
    function hash(value: string): Hash;
  }
  export default create;
}
