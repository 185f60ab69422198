import { Counter, Gauge, type Registry } from 'prom-client';

/** A number that only grows, read when it is asked for. */
export function counter(registers: Registry[], name: string, help: string, value: () => number): void {
  new Counter({
    name,
    help,
    registers,
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}

/** A number, read when it is asked for. */
export function gauge(
  registers: Registry[],
  name: string,
  help: string,
  value: () => number | Promise<number>,
): void {
  new Gauge({
    name,
    help,
    registers,
    async collect() {
      this.set(await value());
    },
  });
}
