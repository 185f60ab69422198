/** Types of the package `unbzip2-stream`, which has none: a stream that decompresses as it is written to. */
declare module 'unbzip2-stream' {
  interface Bunzip {
    on(event: 'data', listener: (bytes: Uint8Array) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    write(bytes: Uint8Array): boolean;
    end(): void;
  }
  export default function unbzip2(): Bunzip;
}
