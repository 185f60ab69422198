import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../errors.ts';
import type { DropReason } from '../../hit/drop-reason.ts';
import type { CollectContext } from '../context.ts';
import { asHitError, onError } from '../problem.ts';

/** Errors of requests without a hit that the intake could examine → the counted drop reason. */
const REASONS: Readonly<Partial<Record<ErrorCode, DropReason>>> = {
  invalid: 'invalid',
  unsupported_media_type: 'invalid',
  too_large: 'too_large',
};

/**
 * The error handler of routes that collect: a request whose body is not JSON, too large, of an unknown type, or
 * unusable counts as a dropped hit, and is answered as one.
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
