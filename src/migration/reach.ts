import { Clients } from '../clickhouse/clients.ts';
import { queryText } from '../clickhouse/sql.ts';
import { HitError, messageOf } from '../errors.ts';

/**
 * Checks that a ClickHouse server answers and accepts the login, without changing anything.
 *
 * @param setting as for `--store`
 * @returns number of hits in its database; undefined if it was never a store
 * @throws HitError `store_unavailable`, which says what to do
 */
export async function checkServer(setting: string): Promise<number | undefined> {
  const clients = Clients.remote(setting);
  try {
    await using connection = clients.dedicatedConnection();
    const tables = await connection.rows(queryText('move_reach', {}, connection.dialect));
    if (tables.length === 0) return undefined;
    const [count] = await connection.rows<{ rows: string | number }>(queryText('move_hits_count'));
    return Number(count?.rows);
  } catch (error) {
    const { host } = new URL(setting.replace(/^clickhouse/, 'http'));
    throw new HitError('store_unavailable', `${adviceOn(error, host)} (${messageOf(error)})`, {
      cause: error,
    });
  } finally {
    await clients.close();
  }
}

/** Explains an error to the user who named the server. */
function adviceOn(error: unknown, host: string): string {
  const said = error instanceof HitError && error.cause !== undefined ? error.cause : error;
  const { type, code } = said as { readonly type?: string; readonly code?: string };
  switch (type ?? code) {
    case 'AUTHENTICATION_FAILED':
    case 'REQUIRED_PASSWORD':
    case 'UNKNOWN_USER':
      return `the ClickHouse server at ${host} does not know this user and password: check those in --to`;
    case 'UNKNOWN_DATABASE':
      return `the ClickHouse server at ${host} has no such database: create it with CREATE DATABASE, or name another in --to`;
    case 'ACCESS_DENIED':
      return `the user at ${host} lacks privileges: deploy/clickhouse/ has the required grants`;
    case 'CLUSTER_DOESNT_EXIST':
      return `the ClickHouse server at ${host} has no such cluster: check its configuration`;
    default:
      // An error with a type is the answer of a server.
      if (type !== undefined) return `the ClickHouse server at ${host} cannot be used`;
      return `no ClickHouse server answers at ${host}: check host and HTTP port (8123; over TLS clickhouses://, 8443) in --to`;
  }
}
