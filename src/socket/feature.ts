import type { UnsupportedByKernel } from './error'
import type { Feature } from './request'

/** The feature that a request needs and this kernel lacks. */
export const unsupported = (operation: string, feature: Feature): UnsupportedByKernel => {
  const { name, since, module, option, hint, sign: code } = feature
  const needs = [
    since === undefined ? [] : [`Linux ${since} or later`],
    option === undefined ? [] : [`${option} in its configuration`],
    module === undefined ? [] : [`its module ${module}`]
  ].flat()
  return {
    _tag: 'UnsupportedByKernel',
    message: [
      `${operation}: this kernel has no ${name} (${code})`,
      ...(needs.length === 0 ? [] : [`needed are ${needs.join(' and ')}`]),
      ...(hint === undefined ? [] : [hint])
    ].join('; '),
    operation,
    feature: name,
    code,
    ...(since !== undefined && { since }),
    ...(module !== undefined && { module }),
    ...(option !== undefined && { option }),
    ...(hint !== undefined && { hint })
  }
}
