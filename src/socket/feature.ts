import * as E from 'fp-ts/Either'
import type { Rejected, UnsupportedByKernel } from './error'
import type { Feature, Outgoing, Request } from './request'

/** The loopback interface's index in any namespace. */
export const lo = 1

/** One message of rtnetlink that tries something out: what comes of it is all that counts. */
export const ask = (operation: string, messageOf: () => Outgoing): Request<void> => ({
  operation,
  protocol: 'route',
  answering: 'acknowledged',
  messages: () => E.right([messageOf()]),
  read: () => undefined,
  fields: {}
})

/** The feature that a request needs and this kernel, which refused it, lacks. */
export const unsupported = (
  { operation, part, code }: Pick<Rejected, 'operation' | 'part' | 'code'>,
  feature: Feature
): UnsupportedByKernel => {
  const { name, since, module, option, hint } = feature
  const needs = [
    since === undefined ? [] : [`Linux ${since} or later`],
    option === undefined ? [] : [`${option} in its configuration`],
    module === undefined ? [] : [`its module ${module}`]
  ].flat()
  return {
    _tag: 'UnsupportedByKernel',
    message: [
      `${[operation, part ?? []].flat().join(': ')}: this kernel has no ${name} (${code})`,
      ...(needs.length === 0 ? [] : [`needed are ${needs.join(' and ')}`]),
      ...(hint === undefined ? [] : [hint])
    ].join('; '),
    operation,
    feature: name,
    code,
    ...(part !== undefined && { part }),
    ...(since !== undefined && { since }),
    ...(module !== undefined && { module }),
    ...(option !== undefined && { option }),
    ...(hint !== undefined && { hint })
  }
}
