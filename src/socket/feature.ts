import type { Rejected, UnsupportedByKernel } from './error'
import type { Feature } from './request'

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
