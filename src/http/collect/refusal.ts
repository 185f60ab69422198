import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../errors.ts';
import type { DropReason } from '../../hit/hit.ts';
import type { CollectContext } from '../context.ts';
import { asHitError, onError } from '../problem.ts';

/** Errors of a request that brought no hit which the intake could look at → the reason that is counted. */
const REASONS: Readonly<Partial<Record<ErrorCode, DropReason>>> = {
  invalid: 'invalid',
  unsupported_media_type: 'invalid',
  too_large: 'too_large',
};

/**
 * The error handler of routes that collect: a request whose body is no JSON, too large, of an unknown type, or says
 * nothing usable is a hit that was dropped, and is counted and answered as that.
 */
export function refusals({ drops }: Pick<CollectContext, 'drops'>) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const reason = REASONS[asHitError(error, request).code];
    if (reason !== undefined) {
      drops.count(reason);
      reply.header('x-hit-dropped', reason);
    }
    return onError(error, request, reply);
  };
}
