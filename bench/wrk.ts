import { writeFileSync } from 'node:fs';
import { findProgram, run } from './program.ts';

/** The counts of a run of wrk. */
export interface WrkResult {
  /** Answers in time, with a status below 400. */
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Cores that it used itself. */
  readonly cores: number;
}

interface Summary {
  readonly requests: number;
  readonly microseconds: number;
  readonly status: number;
  readonly socket: number;
}

/** How to install the program. */
export const WRK_MISSING = 'wrk is not on the PATH: apt-get install wrk, or brew install wrk';

/**
 * The load generator wrk, which sends as fast as responses arrive.
 *
 * Source: https://github.com/wg/wrk
 *
 * @example
 * const wrk = Wrk.find(scratch.path('pixel.lua'), pixelRequests(4000));
 * (await wrk?.run(url, { connections: 64, seconds: 6 }))?.perSecond;
 */
export class Wrk {
  readonly #program: string;
  readonly #script: string;

  private constructor(program: string, script: string) {
    this.#program = program;
    this.#script = script;
  }

  /**
   * @param script a file to write the Lua script to
   * @param requests complete HTTP requests, sent in turn
   * @returns undefined without wrk
   */
  static find(script: string, requests: readonly string[]): Wrk | undefined {
    const program = findProgram('wrk');
    if (program === undefined) return undefined;
    writeFileSync(script, luaScript(requests));
    return new Wrk(program, script);
  }

  /** One thread, so that the other core is left for the server. */
  async run(url: string, load: { connections: number; seconds: number }): Promise<WrkResult> {
    const args = ['--threads', '1', '--connections', String(load.connections)];
    const bounds = ['--duration', `${load.seconds}s`, '--timeout', '10s', '--script', this.#script];
    const { stdout, cpuSeconds = Number.NaN } = await run(
      this.#program,
      [...args, ...bounds, url],
      load.seconds + 30,
    );
    const json = /^SUMMARY (.*)$/m.exec(stdout)?.[1];
    if (json === undefined) throw new Error(`wrk printed no summary: ${stdout}`);
    const summary: Summary = JSON.parse(json);
    const seconds = summary.microseconds / 1e6;
    const answered = summary.requests - summary.status;
    return {
      answered,
      failed: summary.status + summary.socket,
      seconds,
      perSecond: answered / seconds,
      cores: cpuSeconds / seconds,
    };
  }
}

/** An ASCII JSON string is also a Lua string. */
function luaScript(requests: readonly string[]): string {
  return `local requests = {
${requests.map((request) => `  ${JSON.stringify(request)},`).join('\n')}
}
local sent = 0

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'SUMMARY {"requests":%d,"microseconds":%d,"status":%d,"socket":%d}\\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
`;
}
